"""Outside powers: a limited effort goes where it pays, and becomes influence through each power's own channel.

Claim      Vulnerable states attract Russia, China and Türkiye (closing-the-capabilities-gap 234, 236): Russia through Slavic and
           Orthodox kin and energy, China through investment, Türkiye through Muslim communities; hard and soft power both
           (transatlantic-burden-sharing 16).
Equation   o_j  = v_j (1 - c W_j)                      opening: vulnerability x what the West leaves vacant
           e_kj = C_k a_kj o_j / sum_i a_ki o_i        effort of power k: a limited total, shared by channel a and opening
           R_kj = a_kj (o_j / o0) e_kj / (e_kj + h)    reach: channel x opening x effort, with falling returns
           dI   = w (g (R - R') - d I (W - W') + I' - I - u (1 - E)(I' - g R'))    influence moves with what differs from today (');
                                                           what does not rest on effort fades where little effort E is spent
           W    = 1 - prod(1 - I) over the EU, the US and the part of Türkiye that is their ally; the other part is a third power's.
           China's effort moves a flow of money f first; what it buys is concave, and loans count less than investment: dD = l f / 4 - a D
Sources    Hirschman (1945) National Power and the Structure of Foreign Trade; Tullock (1980) Efficient Rent Seeking; Flores-Macías and
           Kreps (2013) The Foreign Policy Consequences of Trade; Strüver (2016) What Friends Are Made Of; Jenne (2007) Ethnic Bargaining.
Doubts     Influence has no observed scale; the starting values are judgements, and only differences from them are computed. Fragile
           politics opens a state through its stability, which is slow.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import POWERS, STATES
from sim.fusing import fused
from sim.maths import REAL, Array, saturating, within
from sim.mechanisms.influence import CHINA, RUSSIA, TURKIYE, channels, either, opening, reach, rivalry, spread, western
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("region.threat", "region.kin_support", "powers.capacity", "powers.soft", "powers.hard", "powers.channel"),
    *("powers.effort_on", "states.opening", "states.western_influence"),
    *("states.readiness", "states.stability", "states.resilience", "states.eu_influence", "states.us_influence"),
    *("states.russian_influence", "states.chinese_influence", "states.turkish_influence", "states.serbian_influence"),
    *("states.chinese_investment", "states.chinese_debt"),
)
BOOKS = (
    *("states.russian_influence", "states.chinese_influence", "states.turkish_influence", "states.serbian_influence"),
    *("states.chinese_investment", "states.chinese_debt"),
)
SIGNALS = (
    *("powers.is_active", "powers.capacity", "powers.soft", "powers.hard", "powers.channel"),
    *("states.opening", "states.western_influence", "states.third_power_influence", "states.patron_rivalry"),
)
DRAWS = {"projects": Draw("normal", (6,)), "turns": Draw("normal", (6,))}
SOFT, HARD = np.array([[1], [0], [1]], dtype=REAL), np.ones((len(POWERS), 1), dtype=REAL)
"""Which powers have soft means and which hard ones, before Russia's flags."""
ROUNDING = 1e-6
"""Shares of an effort that add up to one up to this much leave nothing idle."""
OF_POWER = {"russian_influence": RUSSIA, "chinese_influence": CHINA, "turkish_influence": TURKIYE}


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Who is active and with how much, by which channels, and how open each state lies."""
    world.powers.set("is_active", levers["powers.active"])
    for key, value in _work_out(p, levers).items():
        world.powers.set(key, value)
    _publish(world, p, levers)


@fused
def _publish(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    states, active = world.states, levers["powers.active"]
    russia = levers["russia.effort"] * within(1.0 - p.war_drain * (world.region.threat - p.threat_norm), 0.0, np.inf)
    efforts = np.stack(np.broadcast_arrays(russia, levers["china.investment"], levers["turkiye.effort"]))
    world.powers.set("capacity", np.minimum(active * efforts, 3.0))
    states.set("opening", opening(states.readiness, states.stability, states.western_influence, p.gap_weight, p.western_cover))


def _work_out(p: SimpleNamespace, levers: LeverView) -> dict[str, Array]:
    """How far each power works through soft and hard means, and its channels; flags that stand still keep last quarter's."""
    flags = levers["russia.soft_power"], levers["russia.hard_power"]
    if not p.worked_out or any(a is not b for a, b in zip(flags, p.worked_out["flags"], strict=True)):
        soft, hard = (usual * _only_russia(flag) for usual, flag in zip((SOFT, HARD), flags, strict=True))
        p.worked_out |= {"flags": flags, "found": {"soft": soft, "hard": hard, "channel": stacked(channels(p, soft, hard))}}
    found: dict[str, Array] = p.worked_out["found"]
    return found


@fused
def report(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """What outside influence amounts to and how hard it competes, from the stocks as they stand; holds through the next quarter."""
    states = world.states
    west = western(states.eu_influence, states.us_influence, states.turkish_influence, p.turkish_part_apart)
    apart = p.turkish_part_apart * states.turkish_influence
    states.set("western_influence", west)
    states.set("third_power_influence", either(states.russian_influence, states.chinese_influence, apart))
    states.set("patron_rivalry", within(rivalry(west, states.russian_influence, states.chinese_influence, apart), 0.0, 1.0))


def _only_russia(flag: Any) -> Array:
    """A flag of Russia's, number or (worlds,), as a factor for the three powers (3, 1 or worlds)."""
    value = np.atleast_1d(np.asarray(flag, dtype=REAL))
    return np.stack([value, np.ones_like(value), np.ones_like(value)])


def stacked(rows: tuple[Array, ...]) -> Array:
    """Rows of (6, 1 or worlds) as one array (rows, 6, 1 or worlds), no wider than they are."""
    wide = max(np.shape(r)[-1] for r in rows)
    return np.stack([np.broadcast_to(r, (len(STATES), wide)) for r in rows])


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Today's reach of Russia and Türkiye, effort of China and western influence, each (6, 1 or worlds), and what a flow buys."""
    today = world.today
    west = western(today("states.eu_influence"), today("states.us_influence"), today("states.turkish_influence"), p.turkish_part_apart)
    open_today = opening(today("states.readiness"), today("states.stability"), west, p.gap_weight, p.western_cover)
    russia, china, turkiye = channels(p, today("powers.soft"), today("powers.hard"))
    by_russia, by_china, by_turkiye = (spread(1.0, channel * open_today) for channel in (russia, china, turkiye))
    ease = open_today / p.opening_norm
    bought = p.chinese_gain * (1.0 - p.loan_share * (1.0 - p.loan_loyalty))
    usual_russia, usual_turkiye = (reach(c, ease, by, p.effort_half) for c, by in ((russia, by_russia), (turkiye, by_turkiye)))
    tended = {
        "russian_influence": p.russian_gain * usual_russia,
        "chinese_influence": bought * saturating(today("states.chinese_investment"), p.flow_half),
        "turkish_influence": p.turkish_gain * usual_turkiye,
    }
    return {
        "usual_russia": usual_russia,
        "usual_china": by_china,
        "usual_turkiye": usual_turkiye,
        "fading": {key: p.untended * np.maximum(today(f"states.{key}") - now, 0.0) for key, now in tended.items()},
        "usual_west": west,
        "flow_buys": bought,
        "flow_buys_today": tended["chinese_influence"],
        "kin_gain": p.serbian_gain * saturating(p.serbian_kin, p.kin_half),
        "flow_follows": p.flow_per_effort * p.chinese_openness,
        "lent": p.loan_share / 4.0,
        "worked_out": {},
    }


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Effort becomes influence; then what outside influence amounts to, and how hard it competes."""
    idle = np.maximum(1.0 - world.powers.effort_on.sum(axis=1), 0.0)
    _book(world, p, idle, bool((idle > ROUNDING).any()))


@fused
def _book(world: World, p: SimpleNamespace, idle: Array, some_rest: bool) -> None:
    """`idle` is the share of each power's effort that it does not spend, (3, worlds); `some_rest` whether there is any in some world."""
    states, effort, channel = world.states, world.powers.effort_on, world.powers.channel
    ease = states.opening / p.opening_norm
    opened = p.western_denial * (p.usual_west - states.western_influence) - p.resilience_denial * world.departure("states.resilience")
    pushes = {
        "russian_influence": p.russian_gain * (reach(channel[RUSSIA], ease, effort[RUSSIA], p.effort_half) - p.usual_russia),
        "chinese_influence": p.flow_buys * saturating(states.chinese_investment, p.flow_half) - p.flow_buys_today,
        "turkish_influence": p.turkish_gain * (reach(channel[TURKIYE], ease, effort[TURKIYE], p.effort_half) - p.usual_turkiye),
        "serbian_influence": p.kin_gain * (world.region.kin_support - 1.0),
    }
    for key, push in pushes.items():
        causes = {
            "effort through its channel": push,
            "western influence and resilience": opened * getattr(states, key),
            "return to anchor": -world.departure(f"states.{key}"),
        }
        if some_rest and key in OF_POWER:
            causes["ties that nobody tends"] = -idle[OF_POWER[key]] * p.fading[key]
        states.pull(key, p.speed, causes)
    states.change("russian_influence", p.turn_shock * states.russian_influence * world.draw("turns"), because="turns of the tie")
    _invest(world, p, effort[CHINA], idle[CHINA])


def _invest(world: World, p: SimpleNamespace, effort: Array, idle: Array) -> None:
    """Less of Beijing's effort ends projects in proportion, more opens others in open sectors; loans add to debt, which is paid off."""
    states = world.states
    causes = {
        "Beijing's effort": p.flow_follows * (effort - (1.0 - idle) * p.usual_china),
        "projects given up": -idle * world.today("states.chinese_investment"),
        "return to anchor": -world.departure("states.chinese_investment"),
    }
    states.pull("chinese_investment", p.flow_speed, causes)
    states.change("chinese_debt", p.lent * states.chinese_investment, because="loans")
    states.change("chinese_debt", -p.repayment * states.chinese_debt, because="repayment")
    states.change("chinese_investment", p.project_shock * states.chinese_investment * world.draw("projects"), because="single projects")
