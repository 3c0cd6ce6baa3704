import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import POWERS, STATES, catalogue
from sim.mechanisms.influence import either, opening, reach, rivalry, spread
from tests.helpers import world_after

share = st.floats(0, 1)
some = st.floats(0.01, 1)
RUS, CHN, TUR = range(len(POWERS))
ALB, BIH, XKX, MNE, MKD, SRB = range(len(STATES))


ALONE = ("outside_powers", "secession", "burden_sharing")


def after(levers=None, quarters=16, rooms=ALONE):
    return world_after(quarters, levers, rooms)


@pytest.fixture(scope="module")
def usual():
    return after()


class TestFunctions:
    @given(share, share, some)
    def test_an_opening_shrinks_with_readiness_stability_and_the_west(self, a, b, c):
        low, high = min(a, b), max(a, b)
        assert opening(high, 0.5, 0.5, 0.6, c) <= opening(low, 0.5, 0.5, 0.6, c)
        assert opening(0.5, high, 0.5, 0.6, c) <= opening(0.5, low, 0.5, 0.6, c)
        assert opening(0.5, 0.5, high, 0.6, c) <= opening(0.5, 0.5, low, 0.6, c)

    @given(st.lists(some, min_size=6, max_size=6), st.floats(0, 3))
    def test_effort_is_limited_however_it_is_spread(self, pull, capacity):
        assert spread(capacity, np.array(pull)[:, None]).sum() == pytest.approx(capacity)

    def test_nothing_is_spent_where_nothing_attracts(self):
        assert (spread(1.0, np.zeros((6, 3))) == 0).all()

    @given(some, some, st.floats(0, 3), st.floats(0, 3), some)
    def test_reach_rises_with_falling_returns_up_to_the_open_channel(self, channel, ease, a, b, half):
        low, high = (reach(channel, ease, e, half) for e in (min(a, b), max(a, b)))
        assert low <= high <= channel * ease
        assert reach(channel, ease, (a + b) / 2, half) >= (low + high) / 2 - 1e-12
        assert reach(channel, ease, 0.0, half) == 0

    @given(share, share, share)
    def test_several_influences_amount_to_at_least_the_strongest_and_at_most_one(self, a, b, c):
        assert max(a, b, c) - 1e-12 <= either(a, b, c) <= 1

    @given(share, share, share)
    def test_a_single_patron_has_no_rival(self, a, b, c):
        assert rivalry(a, 0.0, 0.0) == pytest.approx(0)
        assert rivalry(a, b, c) >= rivalry(a, b, 0.0) - 1e-12


class TestRoom:
    def test_the_first_quarter_is_the_situation_declared_for_2023(self):
        world = after(quarters=1)
        for key in ("third_power_influence", "patron_rivalry"):
            declared = catalogue().variables[f"states.{key}"].initial["assumed"]
            found = getattr(world.states, key).mean(axis=1)
            assert found == pytest.approx([declared[s] for s in STATES], abs=0.04)

    def test_influence_stays_about_where_it_is_when_nothing_changes(self, usual):
        for key in ("russian_influence", "chinese_influence", "turkish_influence", "serbian_influence"):
            assert getattr(usual.states, key).mean(axis=1) == pytest.approx(usual.today(f"states.{key}")[:, 0], abs=0.03)

    def test_twice_the_russian_effort_gains_most_among_kin_and_nothing_in_tirana(self, usual):
        gain = (after({"russia.effort": 2}).states.russian_influence - usual.states.russian_influence).mean(axis=1)
        assert min(gain[[SRB, BIH, MKD]]) > max(gain[[ALB, XKX]])
        assert abs(gain[[ALB, XKX]]).max() < 0.005

    def test_each_channel_of_russia_counts(self, usual):
        both = usual.states.russian_influence[SRB].mean()
        soft = after({"russia.hard_power": False}).states.russian_influence[SRB].mean()
        hard = after({"russia.soft_power": False}).states.russian_influence[SRB].mean()
        none = after({"russia.hard_power": False, "russia.soft_power": False}).states.russian_influence[SRB].mean()
        assert none < min(soft, hard) < max(soft, hard) < both

    def test_chinese_money_works_by_investment_and_not_by_kin(self, usual):
        more = after({"china.investment": 2})
        gain = (more.states.chinese_influence - usual.states.chinese_influence).mean(axis=1)
        assert min(gain[[MNE, ALB, SRB, MKD]]) > max(gain[[BIH, XKX]])
        assert (more.states.chinese_investment.mean(axis=1) >= usual.states.chinese_investment.mean(axis=1) - 1e-12).all()

    def test_a_power_that_is_not_active_spends_nothing(self):
        world = after({"powers.active": ["CHN"]}, quarters=2)
        assert (world.powers.effort_on[[RUS, TUR]] == 0).all()
        assert world.powers.effort_on[CHN].sum(axis=0) == pytest.approx(1)

    def test_influence_fades_everywhere_where_no_power_acts(self):
        alone = after({"powers.active": []}, quarters=40)
        for key in ("russian_influence", "chinese_influence", "turkish_influence"):
            fallen = getattr(alone.states, key).mean(axis=1) / alone.today(f"states.{key}")[:, 0]
            assert (fallen < 0.8).all(), key
        assert (alone.states.chinese_investment < 0.1).all()

    def test_a_power_with_no_effort_is_as_good_as_absent(self):
        absent, idle = after({"powers.active": ["RUS", "TUR"]}), after({"china.investment": 0})
        for key in ("chinese_influence", "chinese_investment", "chinese_debt"):
            assert getattr(idle.states, key) == pytest.approx(getattr(absent.states, key))

    def test_loans_leave_debt_and_purchases_do_not(self, usual):
        more = after({"china.investment": 3}).states
        debt, flow = ((getattr(more, k) - getattr(usual.states, k)).mean(axis=1) for k in ("chinese_debt", "chinese_investment"))
        assert debt[MNE] > 0.3
        assert debt[ALB] / flow[ALB] < debt[MNE] / flow[MNE] / 3
        assert debt[XKX] == pytest.approx(0, abs=0.01)

    def test_an_unready_state_draws_effort_away_from_the_others(self, usual):
        world = after({"initial.MKD.readiness": 0.1}, quarters=1)
        moved = (world.powers.effort_on - after(quarters=1).powers.effort_on).mean(axis=2)
        assert (moved[:, MKD] > 0.01).all()
        assert (np.delete(moved, MKD, axis=1) <= 1e-12).all()

    def test_the_war_costs_russia_and_nobody_else(self):
        peace, war = (after({"threats.ukraine_war": w}, quarters=1).powers.capacity.mean(axis=1) for w in (0.0, 1.0))
        assert war[RUS] < peace[RUS]
        assert war[[CHN, TUR]] == pytest.approx(peace[[CHN, TUR]])

    def test_turkiye_is_ally_and_rival_at_once(self):
        less, more = (after({"turkiye.effort": e}).states for e in (0.3, 2.0))
        assert more.third_power_influence.mean() > less.third_power_influence.mean()
        assert more.opening.mean() < less.opening.mean()
        assert more.russian_influence.mean() < less.russian_influence.mean()

    def test_turkiye_counts_among_third_powers_only_in_part(self, usual):
        states = usual.states
        without = either(states.russian_influence, states.chinese_influence)
        wholly = either(states.russian_influence, states.chinese_influence, states.turkish_influence)
        assert (states.third_power_influence > without - 0.02).mean() > 0.99
        assert (states.third_power_influence < wholly).mean() > 0.9
