import numpy as np
import pytest

from sim.actors import BalkanState, Bosnia, Kosovo
from sim.catalogue import STATES, catalogue
from tests import helpers

DECISIONS = ("reform_effort", "assent_russia", "assent_china", "assent_other", "defence_effort")
ROWS = {s: i for i, s in enumerate(STATES)}
NEEDED = ("accession", "burden_sharing", "capability", "foreign_policy", "outside_powers")


def world_after(quarters=1, initial=None, actors=None, levers=None, rooms=NEEDED):
    return helpers.world_after(quarters, levers, rooms, initial, actors=actors)


@pytest.mark.parametrize("decision", DECISIONS)
def test_first_decisions_are_near_todays(decision):
    assumed = catalogue().variables[f"states.{decision}"].initial["assumed"]
    assumed = assumed.get(2023, assumed) if isinstance(assumed, dict) else dict.fromkeys(STATES, assumed)
    decided = np.median(getattr(world_after().states, decision), axis=-1)
    slack = 0.03 if decision.startswith("assent") else 0.15
    assert decided == pytest.approx([assumed[s] for s in STATES], abs=slack)


def test_decisions_stay_within_their_ranges_in_extremes():
    extreme = {f"{s}.{k}": v for s in STATES for k, v in (("nationalism", 1.0), ("russian_influence", 1.0), ("us_influence", 0.0))}
    world = world_after(4, initial=extreme)
    for name in DECISIONS:
        low, high = catalogue().variables[f"states.{name}"].range
        values = getattr(world.states, name)
        assert (values >= low).all()
        assert (values <= high).all()


def test_no_prospect_no_reform():
    hopeless, hopeful = (world_after(initial={f"{s}.membership_credibility": c for s in STATES}).states for c in (0.1, 0.9))
    assert (hopeless.reform_effort < hopeful.reform_effort).all()
    assert (hopeless.assent_other <= hopeful.assent_other).all()


def test_chinese_influence_touches_positions_on_china_first():
    before, after = world_after().states, world_after(initial={"BIH.chinese_influence": 0.6}).states
    lost = {t: (getattr(before, f"assent_{t}") - getattr(after, f"assent_{t}"))[ROWS["BIH"]].mean() for t in ("russia", "china", "other")}
    assert lost["china"] > 0.05
    assert lost["china"] > lost["russia"] + 0.05
    assert lost["china"] > lost["other"] + 0.05


def test_the_presidency_can_be_blocked():
    free, blocked = (world_after(initial={"republika_srpska.blockade": b}).states.assent_other for b in (0.0, 1.0))
    assert (blocked[ROWS["BIH"]] < free[ROWS["BIH"]]).all()
    others = [i for s, i in ROWS.items() if s != "BIH"]
    assert np.array_equal(blocked[others], free[others])


def test_serbia_makes_up_elsewhere_for_what_it_refuses():
    quiet, war = (world_after(levers={"threats.ukraine_war": t}).states.assent_other for t in (0.2, 1.0))
    assert (war[ROWS["SRB"]] > quiet[ROWS["SRB"]]).all()
    assert np.array_equal(war[ROWS["BIH"]], quiet[ROWS["BIH"]])


def test_abandonment_arms_allies_but_not_the_neutral():
    kept, left = (world_after(initial={"us.engagement": e}).states.defence_effort for e in (0.6, 0.1))
    assert left[ROWS["ALB"]].mean() > kept[ROWS["ALB"]].mean() + 0.05  # the size is uncertain, and so in some worlds the sign
    assert np.array_equal(left[ROWS["SRB"]], kept[ROWS["SRB"]])


def test_tension_arms_belgrade_and_pristina():
    calm, tense = (world_after(initial={"kosovo_serbia.tension": t}).states.defence_effort for t in (0.4, 0.9))
    assert (tense[ROWS["SRB"]] > calm[ROWS["SRB"]]).all()
    assert (tense[ROWS["XKX"]] > calm[ROWS["XKX"]]).all()
    assert np.array_equal(tense[ROWS["MNE"]], calm[ROWS["MNE"]])


def test_a_user_overrides_one_method():
    class Idle(Kosovo):
        def reform(self):
            return 0.05 * self.democracy

    world = world_after(actors={"XKX": Idle})
    assert world.states.reform_effort[ROWS["XKX"]] == pytest.approx(0.05 * world.today("states.democracy")[ROWS["XKX"], 0])
    assert np.array_equal(world.states.assent_other, world_after().states.assent_other)


def test_only_the_presidency_separates_bosnia_from_any_state():
    assert Bosnia.reform is BalkanState.reform
    assert Bosnia.defence is BalkanState.defence
