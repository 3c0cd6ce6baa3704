import pytest

from sim.catalogue import catalogue
from tests.helpers import world_after


def defiance(levers=None, quarters=1):
    return world_after(quarters, levers, end="2024Q4").republika_srpska.defiance.mean()


def test_the_situation_of_2023_gives_the_defiance_declared_for_it():
    declared = catalogue().variables["republika_srpska.defiance"].initial["assumed"]
    assert defiance() == pytest.approx(declared, abs=0.06)


@pytest.mark.parametrize(
    ("lever", "low", "high"),
    [("serbia.kin_support", 0, 2), ("russia.support_for_republika_srpska", 0, 2), ("republika_srpska.provocation", 0.5, 1.5)],
)
def test_patrons_and_temper_make_it_defy(lever, low, high):
    assert defiance({lever: low}) < defiance() < defiance({lever: high})


def test_sanctions_deter():
    assert defiance({"us.sanctions_on_spoilers": 1}) < defiance() < defiance({"us.sanctions_on_spoilers": 0})


def test_it_answers_a_crisis_of_the_centre():
    assert defiance({"force.crisis.BIH": "2024Q1"}, quarters=2) > defiance(quarters=2)
