import numpy as np

from sim.actors import EUMember
from sim.actors.members import NON_RECOGNISERS
from sim.catalogue import MEMBERS, STATES
from tests.helpers import world_of

XKX, SRB, MKD = (STATES.index(s) for s in ("XKX", "SRB", "MKD"))
ALONE = ("accession", "council", "credibility", "burden_sharing", "transatlantic")


def played(levers=None, quarters=8, actors=None):
    world = world_of(levers, ALONE, actors=actors)
    votes = []
    for _ in range(quarters):
        world.step()
        votes.append(np.array(world.members.objection))
    return world, np.array(votes)


def test_votes_are_yes_or_no_and_standing_vetoes_vote_no():
    _, votes = played(quarters=1)
    assert set(np.unique(votes)) == {0.0, 1.0}
    assert votes[0, MEMBERS.index("BGR"), MKD].all()


def test_non_recognisers_object_to_kosovo_until_recognition():
    assert {"CYP", "GRC", "ROU", "SVK", "ESP"} == NON_RECOGNISERS
    rows = [MEMBERS.index(m) for m in NON_RECOGNISERS]
    assert played()[1][:, rows, XKX].all()
    assert not played({"eu.kosovo_recognition": "united", "eu.veto_propensity": 0})[1][:, rows, XKX].any()


def test_quarrels_and_scepticism_make_blockers():
    _, votes = played({"eu.veto_propensity": 3}, 24)
    no = votes[:, :, SRB].mean(axis=(0, 2))
    by_name = dict(zip(MEMBERS, no, strict=True))
    assert by_name["HRV"] > by_name["IRL"]
    assert by_name["FRA"] > by_name["ESP"]


def test_a_users_member_changes_the_vote_and_nobody_elses_draws():
    class Friendly(EUMember):
        def decide(self):
            self.objection = 0.0

    world, votes = played({}, 3, actors={"BGR": Friendly})
    assert not votes[:, MEMBERS.index("BGR")].any()
    assert not world.members.veto[MEMBERS.index("BGR")].any()
    assert "withdrawn" in {o.because for o in world.occurrences if o.event == "veto_lifted.MKD.BGR"}
    others = [i for i, m in enumerate(MEMBERS) if m != "BGR"]
    assert np.array_equal(votes[0][others], played({}, 1)[1][0][others])
