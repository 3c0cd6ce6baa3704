"""Timeline: the events of one world, or of the same world with and without a change."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots.outcomes import run_name
from sim.plots.sheet import BLUE, INK, PAPER, RULE, SMALL, SOFT, TEXT, VERMILLION, WIDTH, quarters_axis, sheet
from sim.plots.stories import Told, story
from sim.results import Results

_ROW = 0.165  # inches
_TEXT_SIZE = 7.5
_LETTER = 0.062  # inches, of a word at that size


def timeline(
    results: Results,
    world: int = 0,
    *,
    policy: str = "none",
    twin: Results | None = None,
    twin_policy: str = "none",
    most: int = 24,
    title: str | None = None,
) -> Figure:
    """What happened in one world, a row per event; bars last as long as what they stand for.

    With `twin` (a run of the same seed), the same world in two runs side by side: what happens in both in grey, what happens in one only
    in colour, and a line where the two first part. `most` is how many events are shown, the weightiest kinds first.
    """
    mine = story(results, world, policy)
    if twin is None:
        return _one(results, mine, run_name(results, policy), world, most, title)
    return _two(
        (results, mine, run_name(results, policy)), (twin, story(twin, world, twin_policy), run_name(twin, twin_policy)), world, most, title
    )


def _one(results: Results, told: list[Told], name: str, world: int, most: int, title: str | None) -> Figure:
    rows = weightiest(told, [], most)
    figure, axes = sheet(
        title or f"World {world} of {name}: what happened",
        f"One possible world of many, told by its events; a bar lasts as long as the veto stands.{_left_out(told, rows)}",
        height=max(0.8, _ROW * len(rows)), left=0.2, right=0.3, bottom=0.4,
    )  # fmt: skip
    _draw(axes[0, 0], results.quarters, rows, dict.fromkeys(rows, INK))
    return figure


def _two(mine: tuple[Results, list[Told], str], other: tuple[Results, list[Told], str], world: int, most: int, title: str | None) -> Figure:
    both = set(mine[1]) & set(other[1])
    parted = first_difference(mine[1], other[1])
    rows = weightiest(sorted({*mine[1], *other[1]}, key=lambda t: t.place), both, most)
    parting = f"Their events first differ in {parted} (line)." if parted else "Their events do not differ."
    figure, axes = sheet(
        title or f"World {world} twice: {mine[2]} and {other[2]}",
        "One possible world played twice with the same chance: in grey, points open, what happens alike in both, in colour what happens in"
        f" one only; a bar lasts as long as the veto stands. {parting}{_left_out({*mine[1], *other[1]}, rows)}",
        height=max(0.8, _ROW * len(rows)), columns=2, left=0.15, right=0.2, bottom=0.4, across=0.2, head=0.3,
    )  # fmt: skip
    for axis, (results, told, name), colour in zip(axes[0], (mine, other), (BLUE, VERMILLION), strict=True):
        colours = {t: SOFT if t in both else colour for t in rows if t in told}
        _draw(axis, results.quarters, rows, colours)
        axis.set_title(name, size=TEXT, color=colour, weight="bold", loc="left", pad=12 if parted else 4)
        if parted in results.quarters:
            at = results.quarters.index(parted)
            _mark_parting(axis, at, f"first difference {parted}", left=at < len(results.quarters) / 2)
    return figure


def _mark_parting(axis: Axes, at: int, words: str, left: bool) -> None:
    """A line where two worlds first part, its words above the axes."""
    axis.axvline(at, color=INK, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
    axis.annotate(
        words, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 2), textcoords="offset points",
        ha="left" if left else "right", size=_TEXT_SIZE, color=INK,
    )  # fmt: skip


def first_difference(mine: Sequence[Told], other: Sequence[Told]) -> str | None:
    """First quarter in which one of two worlds has an event, or the end of a veto, that the other has not; None where there is none."""
    first, second = ({(t.quarter, t.words): t.until for t in told} for told in (mine, other))
    begun = [quarter for quarter, _ in first.keys() ^ second.keys()]
    ended = [min(e for e in (first[k], second[k]) if e) for k in first.keys() & second.keys() if first[k] != second[k]]
    return min([*begun, *ended], default=None)


def weightiest(told: Sequence[Told], shared: set[Told] | Sequence[Told], most: int) -> list[Told]:
    """At most `most` events: two thirds of them of one world only, weighty kinds first; then in the order of quarters."""
    shared = set(shared)
    order = sorted(told, key=lambda t: (t.weight, t.quarter))
    common = [t for t in order if t in shared]
    own = [t for t in order if t not in shared]
    room = max(most - len(common), -(-2 * most // 3))  # for what happens in one world only
    chosen = own[:room] + common[: most - len(own[:room])]
    return sorted(chosen, key=lambda t: t.place)


def _left_out(told: Sequence[Told] | set[Told], rows: list[Told]) -> str:
    left = len(told) - len(rows)
    return f" {left} lesser events are left out." if left > 1 else " One lesser event is left out." if left else ""


def _draw(axis: Axes, quarters: list[str], rows: list[Told], colours: dict[Told, str]) -> None:
    """Marks, bars and words of the events in `colours`, each on its row."""
    last = len(quarters) - 1
    if not colours:
        axis.annotate("nothing of weight happened", (0.02, 0.5), xycoords="axes fraction", size=_TEXT_SIZE, color=SOFT)
    wide = axis.get_position().width * WIDTH
    for y, event in enumerate(rows):
        if event not in colours:
            continue
        at, colour = quarters.index(event.quarter), colours[event]
        if event.until is not None:
            end = quarters.index(event.until) if event.until in quarters else last
            axis.barh(y, max(end - at, 0.3), left=at, height=0.8, color=colour, alpha=0.22, linewidth=0)
            axis.vlines(at, y - 0.4, y + 0.4, color=colour, linewidth=2.2)
        else:
            axis.plot(at, y, "o", color=colour, markersize=4, markerfacecolor=PAPER if colour == SOFT else colour, clip_on=False)
        room, needed = at / max(last, 1) * wide, _LETTER * len(event.words) + 0.08
        rightwards = room + needed < wide + 0.1 or room < needed  # where neither side has room, to the right
        axis.annotate(
            event.words, (at, y), xytext=(5 if rightwards else -5, 0), textcoords="offset points", va="center",
            ha="left" if rightwards else "right", size=_TEXT_SIZE, color=INK if colour != SOFT else SOFT, annotation_clip=False,
        )  # fmt: skip
    axis.set_ylim(max(len(rows), 1) - 0.3, -0.7)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    quarters_axis(axis, quarters, 6)
    axis.grid(axis="x", color=RULE, linewidth=0.6)
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=SMALL)
