import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms.democracy import captured, conditionality, erosion, made_tension
from tests.helpers import world_after, world_of

share = st.floats(0, 1)
SRB = STATES.index("SRB")


def after(levers=None, quarters=20):
    return world_after(quarters, levers)


class TestConditionality:
    @given(share, share, share, share)
    def test_tolerance_undoes_it(self, D, influence, T, clarity):
        assert 0 <= conditionality(D, influence, T, clarity, 0.03) <= conditionality(D, influence, 0.0, clarity, 0.03)
        assert conditionality(D, influence, 1.0, clarity, 0.03) == 0

    @given(share, share, share)
    def test_needs_influence_and_clarity_both(self, D, T, x):
        assert conditionality(D, 0.0, T, x, 0.03) == conditionality(D, x, T, 0.0, 0.03) == 0


class TestErosion:
    @given(share, share, st.floats(-1, 1), st.floats(-1, 1), share)
    def test_reformers_erode_less(self, D, S, one, other, T):
        low, high = min(one, other), max(one, other)
        assert 0 <= erosion(D, S, high, T, 0.03, 0.7) <= erosion(D, S, low, T, 0.03, 0.7)

    def test_stops_where_nothing_is_tolerated_or_left(self):
        assert erosion(0.4, 0.5, 0.0, 0.0, 0.03, 0.7) == erosion(0.0, 0.5, 0.0, 1.0, 0.03, 0.7) == 0


class TestCapture:
    @given(share, share)
    def test_falls_with_democracy(self, one, other):
        assert captured(max(one, other), 0.55) <= captured(min(one, other), 0.55) <= 1

    def test_ends_at_open_contest(self):
        assert captured(0.55, 0.55) == captured(0.9, 0.55) == 0

    @given(share, share)
    def test_tolerance_permits_more_tension_up_to_the_most(self, K, T):
        assert made_tension(K, 0.0, 0.85, 2.0) <= made_tension(K, T, 0.85, 2.0) <= 0.85 * K + 1e-12


class TestBehaviour:
    def test_tolerance_lowers_democracy_everywhere(self):
        firm, silent = (after({"eu.tolerance_of_autocracy": t}).states.democracy for t in (0.0, 1.0))
        assert (silent < firm).all()

    def test_forced_turnover_in_a_captured_state_opens_it_on_average(self):
        turned = after({"force.turnover.SRB": "2024Q2"}, quarters=3).states.democracy[SRB]
        assert turned.mean() > after(quarters=3).states.democracy[SRB].mean() + 0.02

    def test_starting_signals_are_what_the_room_computes(self):
        world = after(quarters=1)
        for name in ("manufactured_tension", "managed_calm"):
            declared = [catalogue().variables[f"states.{name}"].initial["assumed"][2023][s] for s in STATES]
            assert getattr(world.states, name).mean(axis=-1) == pytest.approx(declared, abs=0.002)

    def test_yearly_moves_are_of_the_size_on_record(self):
        world = world_of()
        path = [world.states.democracy.copy()]
        for _ in range(5):
            for _ in range(4):
                world.step()
            path.append(world.states.democracy.copy())
        assert 0.01 < np.diff(path, axis=0).std() < 0.03

    def test_the_sign_of_legitimation_is_open(self):
        drawn = after(quarters=1).drawn["parameters.democracy.legitimation"]
        assert (drawn > 0).any()
        assert (drawn < 0).any()
