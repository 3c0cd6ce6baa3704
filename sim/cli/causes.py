"""Causes as they are printed: a table of bars, one level down what each is made of, and a sentence that sums them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.cli.output import bold, table

if TYPE_CHECKING:
    from pandas import DataFrame

_SHOWN, _SHOWN_THROUGH, _LEAVES = 15, 8, 4
_STATES = "states."  # what most inputs are of: it need not be said each time
_TELLING = 0.05  # of the largest part of a bar: what is smaller is added up
_INPUTS = ("stock", "signal", "decision", "lever", "parameter", "prepared", "together", "setting", "level")
_KINDLESS = ("together", "setting", "level", "")


def told(runs: dict[str, Any]) -> str:
    """What is compared, in words for a title."""
    if runs["alternative"] is None:
        return f"change from {runs['since']} to {runs['until']} in {runs['reference']}"
    policies = [f" with {p}" if p != "none" else "" for p in (runs["policy"], runs["reference_policy"])]
    return f"{runs['alternative']}{policies[0]} against {runs['reference']}{policies[1]}, {runs['until']}"


def data(name: str, frame: DataFrame, change: bool) -> dict[str, Any]:
    """An outcome's causes as JSON holds them."""
    return {
        "outcome": name,
        "difference": float(frame["difference"].sum()),
        "error": frame.attrs["error"],
        "worlds": frame.attrs["worlds"],
        "of": frame.attrs["of"],
        "difference_in_all_worlds": frame.attrs["whole"],
        "causes": frame.to_dict("records"),
        "answer": sentence(name, frame, change),
    }


def parts(name: str, frame: DataFrame, runs: dict[str, Any]) -> list[Any]:
    """A table, a sentence, and how far a sample of worlds may err."""
    shown = _through(name, frame, runs) if "input" in frame.columns else _plain(name, frame, runs)
    return [shown, bold(sentence(name, frame, runs["alternative"] is None)), *_sample(frame), ""]


def _sample(frame: DataFrame) -> list[str]:
    whole, error = frame.attrs["whole"], frame.attrs["error"]
    if frame.attrs["worlds"] == frame.attrs["of"]:
        return []
    text = f"{frame.attrs['worlds']:,} of {frame.attrs['of']:,} worlds were played again: {frame['difference'].sum():+.3f} in these"
    text += f" (± {error:.3f}, sampling error with 95 % confidence)"
    return [text + (f", {whole:+.3f} in all." if whole is not None else ".") + " More: --worlds N."]


# -- one line per cause -------------------------------------------------------------------------------------------------------------


def _plain(name: str, frame: DataFrame, runs: dict[str, Any]) -> Any:
    from sim.analysis.explain import worth_telling

    signal = "from" in frame.columns
    keep = ["difference"] if signal else ["reference", "alternative", "difference"]
    listed = worth_telling(frame)
    rows = [_row(r, signal) for r in listed.head(_SHOWN).to_dict("records")]
    rest = listed.iloc[_SHOWN:]
    blank = ["", ""] if signal else []
    if len(rest):
        rows.append([f"{len(rest)} smaller ones", "", *blank, *(f"{rest[k].sum():+.3f}" for k in keep), ""])
    rows.append(["all together", "", *blank, *(f"{frame[k].sum():+.3f}" for k in keep), _error(frame.attrs["error"])])
    heads = ["computed from", "", "first", "second", "part"] if signal else ["because", "room", "reference", "other", "change"]
    if runs["alternative"] is None and not signal:
        heads[2:4] = [runs["since"], runs["until"]]
    title = f"{name}: {told(runs)}" + (", by what it is computed from" if signal else ", mean of what was booked")
    return table([*heads, "±"], rows, title=title, right=(2, 3, 4, 5), fold=True)


def _row(row: dict[Any, Any], signal: bool) -> list[str]:
    part = [f"{row['difference']:+.3f}", _error(row["error"])]
    if signal:
        return [row["because"], "" if row["room"] in _KINDLESS else row["room"], *_levels(row), *part]
    return [row["because"], row["room"], f"{row['reference']:+.3f}", f"{row['alternative']:+.3f}", *part]


def _levels(row: dict[Any, Any]) -> list[str]:
    return _between({} if row["room"] in ("together", "setting") else row)


def _error(value: float) -> str:
    return f"{value:.3f}" if value == value else ""


# -- one level down -----------------------------------------------------------------------------------------------------------------


def _through(name: str, frame: DataFrame, runs: dict[str, Any]) -> Any:
    bars = leading(frame)
    rows: list[list[str]] = []
    for bar, leaves in bars[:_SHOWN_THROUGH]:
        whole = leaves.iloc[0].to_dict() if _undivided(leaves) else {}
        kind = bar[0] if bar[0] in _INPUTS and bar[0] not in _KINDLESS else ""
        rows.append([_bar(bar), kind, *_between(whole), f"{leaves['difference'].sum():+.3f}"])
        rows += _leaves(leaves)
    rest = bars[_SHOWN_THROUGH:]
    if rest:
        rows.append([f"{len(rest)} smaller ones", "", "", "", f"{sum(leaves['difference'].sum() for _, leaves in rest):+.3f}"])
    rows.append(["all together", "", "", "", f"{frame['difference'].sum():+.3f}"])
    times = ["first", "second"] if runs["alternative"] is not None else ["then", "since"]
    means = "" if set(frame["room"]) <= set(_INPUTS) else " (levels: means over the quarters)"
    title = f"{name}: {told(runs)}, and what each part is made of{means}"
    return table(["because", "", *times, "change"], rows, title=title, right=(2, 3, 4), fold=True)


def leading(frame: DataFrame) -> list[tuple[tuple[str, str], DataFrame]]:
    """Bars, the largest first, each with its leaves, the largest first; those that are nothing are left out."""
    found = [((str(room), str(because)), leaves) for (room, because), leaves in frame.groupby(["room", "because"], sort=False)]
    moved = [(bar, leaves) for bar, leaves in found if leaves["difference"].abs().max() > 0]
    return sorted(moved, key=lambda item: -abs(item[1]["difference"].sum()))


def _leaves(leaves: DataFrame) -> list[list[str]]:
    """Lines under a bar; none where it is not divided."""
    if _undivided(leaves):
        return []
    telling = leaves["difference"].abs() >= _TELLING * leaves["difference"].abs().max()
    shown = leaves[telling].head(_LEAVES)
    rows = [[f"    {made_of(row)}", _kind(row), *_between(row), f"{row['difference']:+.3f}"] for row in shown.to_dict("records")]
    rest = leaves.drop(shown.index)["difference"]
    if len(rest) and abs(rest.sum()) >= 0.0005:
        rows.append([f"    {len(rest)} smaller ones", "", "", "", f"{rest.sum():+.3f}"])
    return rows


def _undivided(leaves: DataFrame) -> bool:
    return len(leaves) == 1 and leaves["input"].iloc[0] == ""


def _between(row: dict[Any, Any]) -> list[str]:
    """Levels in both situations, where there are any."""
    return [f"{row[k]:.3f}" if row.get(k, float("nan")) == row.get(k) else "" for k in ("from", "to")]


def made_of(row: dict[Any, Any]) -> str:
    """What a part comes from: an input, or what an input comes from and by way of which."""
    if not row["source"]:
        return str(row["input"]).removeprefix(_STATES)
    way = ", ".join(name.removeprefix(_STATES) for name in row["way"].split(", "))
    return f"{row['source'].removeprefix(_STATES)} by way of {way}"


def _kind(row: dict[Any, Any]) -> str:
    kind = str(row["source_kind"] or row["kind"])
    return "" if kind in _KINDLESS else kind


def _bar(bar: tuple[str, str]) -> str:
    room, because = bar
    return because if room == because or room in _INPUTS else f"{because} ({room.replace('_', ' ')})"


# -- in a sentence --------------------------------------------------------------------------------------------------------------------

_CANCEL = 0.2  # of the largest bar: a difference below it is what others leave of each other


def sentence(name: str, frame: DataFrame, change: bool = False) -> str:
    """The largest causes of a difference in one sentence; `change`: over time in one run."""
    total = float(frame["difference"].sum())
    if frame.empty or not frame["difference"].abs().max() > 0:
        return f"{name} {'does not change' if change else 'does not differ between the two runs'}."
    bars = [(bar, float(leaves["difference"].sum()), leaves) for bar, leaves in leading(frame)]
    text = f"{name} {'changes' if change else 'differs'} by {total:+.3f} on average"
    up, down = [b for b in bars if b[1] > 0], [b for b in bars if b[1] < 0]
    if up and down and abs(total) < _CANCEL * abs(bars[0][1]):
        return f"{text}: {_said(*up[0])} and {_said(*down[0])} largely cancel."
    along, against = (up[:2], down[:1]) if total > 0 else (down[:2], up[:1])
    if along:
        text += ": mostly " + " and ".join(_said(*bar) for bar in along)
    if against:
        text += "; working against it, " + _said(*against[0])
    return text + "."


def _said(bar: tuple[str, str], size: float, leaves: DataFrame) -> str:
    room, because = bar
    plain = room == because or room in _INPUTS  # of an input, its kind says nothing in a sentence
    where = "" if plain else f" in {room.replace('_', ' ')}"
    row = leaves[leaves["difference"] * size > 0].iloc[0].to_dict()  # what works against it is no cause of it
    if not row.get("input"):
        return f"{because}{where} ({size:+.3f})"
    name = str(row["source"] or row["input"]).removeprefix(_STATES)
    return f"{because}{where} ({size:+.3f}, {'with' if row['kind'] == 'level' else 'most of all from'} {name})"
