import re

import pytest

from sim.errors import InputError
from sim.scenario import Scenario, new_text

from .helpers import findings


@pytest.mark.parametrize("name", ["my_case", "a", "2024", "true", "null", "x-1", "_"])
def test_a_new_scenario_checks_clean(name):
    assert findings(new_text(name)) == []
    assert Scenario.from_text(new_text(name), "other").name == name


def test_what_is_commented_out_checks_clean_too():
    text = re.sub(r"(?m)^# (?=(states|eu|force|initial|clamp|mechanisms)\.)", "  ", new_text("my_case"))
    text = re.sub(r"(?m)^# (?=(uncertain|events|branches):|  )", "", text)
    made = Scenario.from_text(text, "other")
    assert {"states.SRB.defence_budget", "force.veto.MKD.BGR", "mechanisms.council"} <= set(made.document["levers"])
    assert {"uncertain", "events", "branches", "policies"} <= set(made.document)
    assert "#" not in re.sub(r"(?m) +#.*$|^# [A-Z].*$", "", text)


def test_a_name_that_cannot_be_one():
    with pytest.raises(InputError, match="cannot name a scenario"):
        new_text("../x")


@pytest.mark.parametrize("name", ["baseline", "enlargement_veto"])
def test_the_name_of_a_shipped_scenario_is_refused(name):
    with pytest.raises(InputError, match=f"'{name}' is the name of a shipped scenario.*choose another name, such as my_{name}"):
        new_text(name)
