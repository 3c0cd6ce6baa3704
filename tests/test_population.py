"""What rooms and actors may do with the variables of a group."""

import numpy as np
import pytest

from sim.actors import EUMember
from sim.catalogue import MEMBERS
from sim.errors import ModelError
from tests.helpers import world_of

BGR = MEMBERS.index("BGR")


def test_a_start_may_follow_from_others_but_not_once_the_run_has_begun():
    world = world_of({"clamp.MKD.democracy": 0.4})
    world.states.start_at("democracy", np.full((6, world.worlds), 0.2))
    assert sorted(set(np.round(world.states.democracy[:, 0].astype(float), 6))) == [0.2, 0.4]
    world.step()
    with pytest.raises(ModelError, match=r"2024Q1, .*: states\.democracy has begun"):
        world.states.start_at("democracy", np.full((6, world.worlds), 0.2))


@pytest.mark.parametrize(("vote", "counted"), [(1.0, True), (0.6, True), (0.4, False), (0, False), (True, True), (np.float64(1), True)])
def test_a_vote_may_be_given_as_a_number(vote, counted):
    class Plain(EUMember):
        def decide(self):
            self.objection = vote

    world = world_of(actors={"BGR": Plain})
    world.step()
    assert world.members.objection.dtype == bool
    assert (world.members.objection[BGR] == counted).all()


def test_a_constant_is_spread_anew_when_it_changes():
    world = world_of({"eu.distraction": {"2024Q1": 0.1, "2024Q2": 0.9}})
    found = []
    for _ in range(3):
        world.step()
        found.append(round(float(world.eu.preoccupation[0]), 6))
    assert found == [0.1, 0.9, 0.9]


@pytest.mark.parametrize("ledger", [False, True])
def test_a_jump_is_the_same_by_a_mask_or_by_places(ledger):
    world = world_of(ledger=ledger)
    members, shape = world.members, world.members.dispute.shape
    before = members.dispute.copy()
    level = np.linspace(0.1, 0.9, world.worlds, dtype=np.float32)  # one for each world
    mask = np.zeros(shape, dtype=bool)
    mask[3, 1, 5:9] = mask[3, 2] = True
    places = np.flatnonzero(np.broadcast_to(np.arange(27)[:, None, None] == 7, shape))
    members.jump("dispute", level, mask, because="by a mask")
    members.jump_at("dispute", level, places, because="by places")
    members.jump_at("dispute", 7.0, np.array([0]), because="beyond its range")
    members.jump("dispute", 0.0, np.zeros(shape, dtype=bool), because="nowhere")
    members.jump_at("dispute", 0.0, np.array([], dtype=int), because="nowhere")
    members.settle()
    expected = np.where(mask, level, before)
    expected[7], expected[0, 0, 0] = level, 1.0
    assert np.array_equal(members.dispute, expected)
    if ledger:
        assert {because for _, because in world.ledger.of("members.dispute")} == {"by a mask", "by places", "beyond its range"}
