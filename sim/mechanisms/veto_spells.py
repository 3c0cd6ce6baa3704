"""How vetoes begin, stand and end, and how the quarrels behind them fade and arise; part of the council room.

Few of the 162 pairs of member and candidate have a veto standing, so spells are handled entry by entry: flat positions into
(27, 6, worlds), from which member, candidate and world follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from sim import quarters
from sim.catalogue import FORCED, MEMBERS, STATES
from sim.data.tables import load_disputes
from sim.diary import Words
from sim.fusing import fused
from sim.maths import REAL, hazard

if TYPE_CHECKING:
    from sim.world import World

Array = np.ndarray
CAUSES = ("concession", "pressure", "quarrel faded", "decoupled", "outvoted", "withdrawn", "recognition", "end of the forced spell")
CONCESSION, PRESSURE, FADED, DECOUPLED, OUTVOTED, WITHDRAWN, RECOGNISED, SPELL_OVER = range(len(CAUSES))
KINDS = ("reluctance", "bilateral", "rule_of_law", "recognition", "package")
RELUCTANCE, BILATERAL, RULE_OF_LAW, RECOGNITION, PACKAGE = range(len(KINDS))
CLOSING = 3.0
XKX, MKD = STATES.index("XKX"), STATES.index("MKD")


@cache
def kinds(start: int) -> Array:
    """What each member's quarrel with each candidate was about before the quarter `start`, numbers into KINDS, (27, 6).

    A run must not know a quarrel that began after its start: where none had, there is mere reluctance.
    """
    table = np.zeros((len(MEMBERS), len(STATES)), dtype=int)
    for dispute in load_disputes():
        if quarters.index(dispute.since) < start:
            table[MEMBERS.index(dispute.member), STATES.index(dispute.candidate)] = KINDS.index(dispute.kind)
    return table


@cache
def holdouts() -> Array:
    """Rows of the members that do not recognise Kosovo; none of them has changed its mind since 2008."""
    return np.array(sorted(MEMBERS.index(d.member) for d in load_disputes() if d.kind == KINDS[RECOGNITION]))


@dataclass(frozen=True)
class Entries:
    """Vetoes singled out, entry by entry, each (entries,): flat position, member, candidate, world, flat position in (6, worlds),
    strength of the quarrel, its kind.
    """

    at: Array
    member: Array
    candidate: Array
    world: Array
    of_state: Array
    quarrel: Array
    kind: Array


def entries(world: World, mask: Array) -> Entries:
    """The entries where `mask`, bool (27, 6, worlds), holds."""
    return entries_at(world, mask.ravel().nonzero()[0])


def entries_at(world: World, at: Array) -> Entries:
    """The entries at these positions of the flattened (27, 6, worlds)."""
    pair = at // world.worlds  # two divisions by a number are faster than one with its remainder
    member = pair // len(STATES)
    lane, candidate = at - pair * world.worlds, pair - member * len(STATES)
    of_state = candidate * world.worlds + lane
    return Entries(at, member, candidate, lane, of_state, world.members.dispute.ravel()[at], kinds(world.plan.start).ravel()[pair])


# -- forced spells -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ForcedSpells:
    """What a scenario forces this quarter, each (27, 6, worlds): objections, those in their first and in their last quarter, those whose
    spell says that it ends now (one quarter alone ends no veto that stood before), and the last quarter.
    """

    objections: Array
    first: Array
    last: Array
    over: Array
    until: Array


def force(world: World, objecting: Array) -> ForcedSpells | None:
    """Add the objections of forced spells to `objecting` (written in place); None where nothing is forced."""
    active = world.forcings("veto")
    if not active:
        return None
    forced = ForcedSpells(*(np.zeros(objecting.shape, dtype=kind) for kind in (bool, bool, bool, bool, int)))
    for spell, mask in active:
        row = STATES.index(spell.target or "")
        by = np.arange(len(MEMBERS))[:, None] == (MEMBERS.index(spell.actor) if spell.actor else likeliest_blocker(world, row))
        held = by & mask & (world.states.attempting[row] > 0.5)
        forced.objections[:, row] |= held
        forced.first[:, row] |= held & (spell.start == world.now or world.quarter == 0)
        forced.last[:, row] |= held & (spell.until == world.now)
        forced.over[:, row] |= held & (spell.start < spell.until == world.now)
        forced.until[:, row][held] = spell.until
    objecting |= forced.objections
    return forced


def likeliest_blocker(world: World, row: int) -> Array:
    """Who most likely holds a candidate up, (worlds,): whose veto stands, then the strongest quarrel, then the most sceptical."""
    members = world.members
    return (2 * members.veto[:, row] + members.dispute[:, row] + members.scepticism / len(MEMBERS)).argmax(axis=0)


# -- beginning and ending --------------------------------------------------------------------------------------------------------------


def update(world: World, p: SimpleNamespace, objecting: Array, blocked: Array, granted: Array, forced: ForcedSpells | None) -> Array:
    """Begin a spell where an objection blocked a step, end those that are over; returns what candidates conceded, (6, worlds)."""
    begins, may_end = _sorted_out(world, objecting, blocked)
    if forced is None:
        began = entries(world, begins)
        _note(world, "veto", began, KINDS)
    else:
        _note_some_forced(world, begins, blocked, forced)
        began = entries(world, begins & ~forced.last)
    world.members.jump_at("veto", 1.0, began.at, because="objections that blocked a step")
    stood = entries(world, may_end)
    cause = _cause_of_end(world, p, stood, objecting, granted, forced)
    conceded = np.zeros(blocked.shape, dtype=REAL)
    over = np.flatnonzero(cause >= 0)
    if over.size:
        ended, cause = Entries(*(getattr(stood, f)[over] for f in Entries.__dataclass_fields__)), cause[over]
        world.members.jump_at("veto", 0.0, ended.at, because="spells that ended")
        _settle(world, p, ended, cause)
        bought = cause == CONCESSION
        np.maximum.at(conceded, (ended.candidate[bought], ended.world[bought]), ended.quarrel[bought])
        _note(world, "veto_lifted", ended, CAUSES, cause)
    return conceded


@fused
def _sorted_out(world: World, objecting: Array, blocked: Array) -> tuple[Array, Array]:
    """Where a veto begins, and which standing ones may end: all but those of non-recognisers while recognition is split."""
    standing, split = world.members.standing, world.eu.recognition_united < 0.5
    begins, may_end = objecting & blocked & ~standing, standing.copy()
    for row in holdouts():
        may_end[row, XKX] &= ~split
    return begins, may_end


def _note_some_forced(world: World, begins: Array, blocked: Array, forced: ForcedSpells) -> None:
    """Log vetoes as they begin, those of the scenario as such; a forced objection that the rule overrules is logged as an objection."""
    _note(world, "veto", entries(world, begins & ~forced.objections), KINDS)
    _note_forced(world, "veto", (begins | forced.first) & blocked & forced.objections, forced)
    _note_forced(world, "objection", forced.first & ~blocked, forced)


def _cause_of_end(world: World, p: SimpleNamespace, stood: Entries, objecting: Array, granted: Array, forced: ForcedSpells | None) -> Array:
    """Why each standing veto ends this quarter, a number into CAUSES, or -1 where it stands on, (entries,)."""
    kind, members = stood.kind, world.members
    cause = _by_chance(world, p, stood)
    package = kind == PACKAGE
    apart = members.veto.ravel()[stood.at + (MKD - stood.candidate) * world.worlds] < 0.5
    cause[package & ((cause >= 0) | apart)] = DECOUPLED
    cause[kind == RECOGNITION] = RECOGNISED
    cause[granted.ravel()[stood.of_state]] = OUTVOTED
    cause[~objecting.ravel()[stood.at]] = WITHDRAWN
    if forced is not None:
        cause[forced.objections.ravel()[stood.at] & (cause != OUTVOTED)] = -1
        cause[forced.over.ravel()[stood.at]] = SPELL_OVER
    return cause


def _by_chance(world: World, p: SimpleNamespace, stood: Entries) -> Array:
    """Spells that concession, pressure or fading end this quarter: number into CAUSES or -1, (entries,).

    A candidate has one draw a quarter; each member reads it turned by its place among the 27, so that not all vetoes fall at once.
    """
    lane = stood.world
    open_now = openness(world.states.nationalism, world.states.orientation, world.states.membership_credibility)
    urgent = urgency(world.eu.cohesion, world.region.threat)
    rates = exit_rates(
        _in_worlds(p, lane, "concession", "pressure", "fading", "wearing_out"),
        stood.quarrel,
        open_now.ravel()[stood.of_state],
        urgent[lane],
    )
    rates[:, stood.kind == PACKAGE] += p.decoupling / len(rates)
    readiness = world.eu.veto_readiness[lane]
    total = rates.sum(axis=0)
    chance = hazard(total / np.sqrt(np.maximum(readiness, p.least_readiness)))
    draw = world.draw("patience").ravel()[stood.of_state] + stood.member.astype(REAL) / len(MEMBERS)
    draw -= draw >= 1
    share = draw / chance * total  # where it falls among the three rates, if it ends at all
    which = (share >= rates[0]).astype(int) + (share >= rates[0] + rates[1])
    return np.where(draw < chance, which, -1)


def openness(nationalism: Array, orientation: Array, credibility: Array) -> Array:
    """How ready a candidate is to pay at home for the lifting of a veto, 0..1: it must govern westward and believe in the reward."""
    return (1 - nationalism) * (1 + orientation) / 2 * credibility


def urgency(cohesion: Array, threat: Array) -> Array:
    """How hard the other members press a blocker, 0..1."""
    return (cohesion + threat) / 2


def exit_rates(p: SimpleNamespace, quarrel: Array, open_now: Array, urgent: Array) -> Array:
    """Rates per quarter at which a spell ends by concession, by pressure, by fading; (3, entries)."""
    return np.stack([p.concession * open_now, p.pressure * urgent * (1 - quarrel), p.fading * (1 - quarrel) ** 2 + p.wearing_out])


def _in_worlds(p: SimpleNamespace, lane: Array, *names: str) -> SimpleNamespace:
    """Some parameters, for the worlds of the entries."""
    return SimpleNamespace(**{n: v[lane] if np.ndim(v := getattr(p, n)) else v for n in names})


def _settle(world: World, p: SimpleNamespace, ended: Entries, cause: Array) -> None:
    """A quarrel that was bought out or recognised away is settled; a package falls apart. Others stay as they were."""
    settled = ((cause == CONCESSION) | (cause == RECOGNISED)) & (ended.quarrel > p.settled)
    if settled.any():
        world.members.jump_at("dispute", p.settled, ended.at[settled], because="settled")
    apart = cause == DECOUPLED
    if apart.any():
        world.members.jump_at("dispute", 0.0, ended.at[apart], because="decoupled")


def _note_forced(world: World, name: str, where: Array, forced: ForcedSpells) -> None:
    """Log what the scenario forces, bool (27, 6, worlds), with the last quarter of each spell."""
    noted = entries(world, where)
    _note(world, name, noted, (FORCED,), np.zeros(noted.at.size, dtype=int), forced.until)


def _note(world: World, name: str, noted: Entries, words: tuple[str, ...], code: Array | None = None, until: Array | None = None) -> None:
    """Log `name.<candidate>.<member>` in the worlds of each entry.

    `code` says which of `words` is the reason, else it is the quarrel's kind; `until` (27, 6, worlds) holds the last quarter of spells.
    """
    if noted.at.size:
        code = noted.kind if code is None else code
        which = (noted.member * len(STATES) + noted.candidate) * len(words) + code
        world.occurred_many(name, which, noted.world, partial(_words, name, words), None if until is None else until.ravel()[noted.at])


def _words(name: str, words: tuple[str, ...], which: int) -> Words:
    pair, code = divmod(which, len(words))
    member, candidate = MEMBERS[pair // len(STATES)], STATES[pair % len(STATES)]
    return f"{name}.{candidate}.{member}", candidate, member, words[code]


# -- quarrels ----------------------------------------------------------------------------------------------------------------------------


def review_quarrels(world: World, p: SimpleNamespace) -> None:
    """Once a year: quarrels fade by kind, publics follow the Union's fatigue, and now and then a new bilateral quarrel arises."""
    members = world.members
    kind = kinds(world.plan.start)[..., None]
    fades = (
        p.reluctance_fades * (kind == RELUCTANCE) + p.bilateral_fades * (kind == BILATERAL) + p.rule_of_law_fades * (kind == RULE_OF_LAW)
    )
    members.change("dispute", -fades * members.dispute, because="quarrels fade")
    followed = world.today("members.scepticism") + p.publics_follow * (world.eu.fatigue - world.today("eu.fatigue"))
    members.change("scepticism", p.publics_move * (followed - members.scepticism), because="enlargement fatigue")
    _arise(world, p)


def recognise(world: World, p: SimpleNamespace) -> None:
    """Where all members recognise Kosovo, the quarrel about its status is settled whether or not a veto stood."""
    united = world.eu.recognition_united > 0.5
    open_quarrels = (world.members.dispute[holdouts(), XKX] > p.settled) & united
    if open_quarrels.any():
        where = np.zeros(world.members.veto.shape, dtype=bool)
        where[holdouts(), XKX] = open_quarrels
        world.members.jump("dispute", p.settled, where, because="recognition")


def _arise(world: World, p: SimpleNamespace) -> None:
    draw = world.draw("quarrel")
    chance = p.arises * (1 + p.m * (1 - world.states.eu_alignment)) * (world.states.stage <= CLOSING)
    candidate, lane = np.nonzero(draw < chance)
    if candidate.size:
        neighbours = _in_worlds(p, lane, "neighbours").neighbours * (kinds(world.plan.start) == BILATERAL)[:, candidate]
        weight = np.cumsum(neighbours + world.members.scepticism[:, lane], axis=0)
        pick = draw[candidate, lane] / chance[candidate, lane] * weight[-1]
        member = (weight <= pick).sum(axis=0)
        noted = entries_at(world, np.sort((member * len(STATES) + candidate) * world.worlds + lane))
        fresh = noted.quarrel < _in_worlds(p, noted.world, "new_quarrel").new_quarrel
        noted = entries_at(world, noted.at[fresh])
        world.members.jump_at("dispute", p.new_quarrel, noted.at, because="new quarrel")
        _note(world, "quarrel", noted, KINDS, np.full(noted.at.size, BILATERAL))
