import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES
from sim.mechanisms.information import exposure, receptiveness, undecided
from tests.helpers import world_after

share = st.floats(0, 1)
ALONE = ("information",)
SRB, ALB, XKX = (STATES.index(s) for s in ("SRB", "ALB", "XKX"))


def after(levers=None, quarters=16, rooms=ALONE, initial=None):
    return world_after(quarters, levers, rooms, initial).states


class TestExposure:
    @given(st.floats(0, 3), share, share, share, share)
    def test_is_a_share_that_each_defence_lowers(self, d, s, literacy, counter, preparedness):
        reached = exposure(d, s, literacy, counter, preparedness)
        assert 0 <= reached < 1
        for kept_away in ((0.0, counter, preparedness), (literacy, 0.0, preparedness), (literacy, counter, 0.0)):
            assert reached <= exposure(d, s, *kept_away) + 1e-12

    @given(st.floats(0.01, 1), st.floats(0.1, 1.5))
    def test_narratives_overlap(self, s, d):
        assert exposure(2 * d, s, 0.3, 0.1, 0.1) < 2 * exposure(d, s, 0.3, 0.1, 0.1)

    def test_nobody_is_reached_without_narratives_or_by_the_fully_literate(self):
        assert exposure(0.0, 0.5, 0.3, 0.1, 0.1) == exposure(1.0, 0.5, 1.0, 0.1, 0.1) == 0

    @given(share, share, share)
    def test_influence_and_nationalism_make_receptive(self, B, N, more):
        assert receptiveness(B, N, 0.8, 0.4) <= receptiveness(B + more, N + more, 0.8, 0.4)


class TestOpinion:
    def test_nothing_moves_on_average_when_nothing_changes(self):
        states = after()
        for name in ("public_support_eu", "nationalism"):
            start = states._world.today(f"states.{name}")
            assert np.abs((getattr(states, name) - start).mean(axis=-1)).max() < 0.02

    def test_disinformation_lowers_support_most_where_it_is_received(self):
        change = (after({"russia.disinformation": 2.0}).public_support_eu - after({"russia.disinformation": 0.0}).public_support_eu).mean(
            axis=-1
        )
        assert (change < 0).all()
        assert change[SRB] < change[ALB] - 0.02

    def test_literacy_blunts_it(self):
        taught, untaught = (after({"russia.disinformation": 3.0, "information.media_literacy": x}) for x in (0.9, 0.1))
        assert (taught.public_support_eu >= untaught.public_support_eu).all()
        assert (taught.nationalism <= untaught.nationalism).all()

    def test_counter_narratives_fade(self):
        """They keep away less exposure once audiences are used to them."""
        fresh, used = (
            (after({"information.counter_narratives": 1.0}, quarters=q).exposure - after(quarters=q).exposure).mean() for q in (1, 30)
        )
        assert fresh < used < 0

    def test_tension_between_the_two_stirs_them_most(self):
        change = (
            after(initial={"kosovo_serbia.tension": 1.0}).nationalism - after(initial={"kosovo_serbia.tension": 0.0}).nationalism
        ).mean(axis=-1)
        assert change[XKX] > change[ALB] > 0
        assert change[SRB] > change[ALB]

    def test_contact_lowers_nationalism(self):
        trusting, wary = (after(initial={"regional.trust": x}).nationalism for x in (0.9, 0.1))
        assert (trusting < wary).all()

    @given(share)
    def test_near_unanimity_nobody_is_left_to_move(self, U):
        assert undecided(0.0) == undecided(1.0) == 0
        assert 0 <= undecided(U) <= undecided(0.5) == 1
