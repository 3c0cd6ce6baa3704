"""How fast the live page answers: from a key press or the press of a slider to the changed chart, in a real headless Chromium.

    python benchmarks/page.py [--moves 30] [--worlds 500] [--rest 1.0] [--json]

Two times are measured, with median and 95th percentile: to the *first* changed chart, which shows all worlds but only the first years,
and to the *whole* one, all quarters of all worlds. Each kind of move is made in two ways: at once, which is the worst that can happen,
and after the reader has rested on the lever for a moment (`--rest` seconds), in which the page has its next moves played. "Seen before"
are moves back to settings already answered.

Beside wall time stands processor time per answer, of the workers that simulate, of the server and of the browser, because wall time
says little where other programs want the processors too; the load of the machine is printed. Needs the extras `app` and `dev` and a
Chromium (BALKANSIM_CHROMIUM names it; default /usr/bin/chromium).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import psutil
from playwright.sync_api import Locator, Page, sync_playwright

CHROMIUM = os.environ.get("BALKANSIM_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

WATCH = """
() => {
  const chart = document.getElementById("chart-a");
  new MutationObserver(() => {
    window.seen.push([performance.now(), chart.dataset.answer, chart.dataset.whole]);
    window.tell?.();
  }).observe(chart, {attributes: true, attributeFilter: ["data-answer", "data-whole"]});
  for (const kind of ["keydown", "input"])
    document.addEventListener(kind, () => { window.pressed ??= performance.now(); }, true);
}
"""
"""Notes in the page when an input was touched and when the chart was drawn anew."""

WAIT = """
([lever, value]) => new Promise((done, failed) => {
  setTimeout(() => failed(new Error("no answer")), 30000);
  window.tell = () => {
    const mine = window.seen.filter(([, answer]) => answer && JSON.parse(answer).settings[lever] === value);
    const whole = mine.find((m) => m[2] === "true");
    if (whole) requestAnimationFrame(() => done([mine[0][0] - window.pressed, whole[0] - window.pressed]));
  };
  window.tell();
})
"""
"""Waits for the chart of all worlds of a setting; gives the milliseconds to its first and to its last drawing."""


@contextmanager
def served(worlds: int) -> Iterator[tuple[str, psutil.Process]]:
    """The page's address and the server's process while a server of its own runs."""
    command = f"from sim.cli.app import command; command(port=0, worlds={worlds}, no_open=True)"
    with subprocess.Popen([sys.executable, "-c", command], stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            address = re.search(r"http://\S+", said)
            if address is None:
                raise SystemExit(f"the page did not start: {said}{server.stderr.read()}")
            yield address[0], psutil.Process(server.pid)
        finally:
            server.terminate()


LEVERS = ("eu.mediation", "eu.veto_propensity", "eu.conditionality_clarity", "russia.effort", "china.investment")
"""Moved by keys in turn, so that no combination comes twice on the way up; the way down to the first of each meets all again."""
DRAGGED = "transatlantic.coordination"


class Mover:
    """A page in a browser, and the time from each move to the charts that show it; `rest` in milliseconds before each move."""

    def __init__(self, page: Page, rest: float) -> None:
        self.page, self.rest = page, rest

    def _timed(self, lever: str, ready: Callable[[Locator], None], move: Callable[[Locator], None], rested: bool) -> tuple[float, float]:
        handle = self.page.locator(f'.lever[data-lever="{lever}"] input[type=range]')
        handle.scroll_into_view_if_needed()
        if rested:
            ready(handle)
            self.page.wait_for_timeout(self.rest)
        self.page.evaluate("() => { window.seen = []; window.pressed = null; }")
        move(handle)
        found = self.page.evaluate(WAIT, [lever, handle.evaluate("(input) => Number(input.value)")])
        return float(found[0]), float(found[1])

    def key(self, lever: str, name: str, rested: bool = False) -> tuple[float, float]:
        """Press a key on a lever."""
        return self._timed(lever, lambda handle: handle.press("Shift"), lambda handle: handle.press(name), rested)

    def drag(self, lever: str, share: float, rested: bool = False) -> tuple[float, float]:
        """Take a lever to a share of its way."""

        def above(handle: Locator) -> None:
            box = handle.bounding_box()
            assert box is not None
            self.page.mouse.move(box["x"] + 12 + (box["width"] - 24) * share, box["y"] + box["height"] / 2)

        def press(handle: Locator) -> None:
            above(handle)
            self.page.mouse.down()

        found = self._timed(lever, above, press, rested)
        self.page.mouse.up()
        return found

    def burst(self, lever: str, presses: int = 20) -> float:
        """Milliseconds from the last of many presses to the chart that shows it, whole."""
        handle = self.page.locator(f'.lever[data-lever="{lever}"] input[type=range]')
        self.page.evaluate("() => { window.seen = []; window.pressed = null; }")
        for _ in range(presses):
            handle.press("ArrowRight")
        self.page.evaluate("() => { window.pressed = performance.now(); }")
        return float(self.page.evaluate(WAIT, [lever, handle.evaluate("(input) => Number(input.value)")])[1])


def processor(server: psutil.Process) -> dict[str, float]:
    """Processor seconds so far: of the server, its workers, the browser with what drives it."""

    def used(processes: Iterable[psutil.Process]) -> float:
        return sum(sum(p.cpu_times()[:2]) for p in processes)

    workers = server.children(recursive=True)
    others = set(psutil.Process().children(recursive=True)) - {server, *workers}
    return {"workers": used(workers), "server": used([server]), "browser": used(others)}


def measure(address: str, server: psutil.Process, moves: int, rest: float) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of both times in milliseconds, and processor milliseconds per move, by kind of move."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
        page.click("#causes-panel > summary")  # its work would come between
        page.wait_for_timeout(4000)
        page.evaluate(WATCH)
        mover = Mover(page, 1000 * rest)
        turns = [LEVERS[move % len(LEVERS)] for move in range(moves)]
        places = [(move * 17 + 5) % 61 / 61 for move in range(2 * moves)]
        kinds: dict[str, Callable[[], list[tuple[float, float]]]] = {
            "key, at once": lambda: [mover.key(lever, "ArrowRight") for lever in turns],
            "key, seen before": lambda: [mover.key(lever, "ArrowLeft") for lever in reversed(turns[len(LEVERS) :])],
            "key, rested": lambda: [mover.key(lever, "ArrowLeft", rested=True) for lever in turns],
            "slider, at once": lambda: [mover.drag(DRAGGED, share) for share in places[:moves]],
            "slider, rested": lambda: [mover.drag(DRAGGED, share, rested=True) for share in places[moves:]],
        }
        found = {name: _summed(times, lambda: processor(server)) for name, times in kinds.items()}
        bursts = [mover.burst(lever) for lever in LEVERS]
        found["last of a burst of 20"] = {"whole median": float(np.median(bursts)), "whole p95": max(bursts)}
        browser.close()
    return found


def _summed(times: Callable[[], list[tuple[float, float]]], spent: Callable[[], dict[str, float]]) -> dict[str, float]:
    before = spent()
    rows = np.array(times())
    after = spent()
    found = {}
    for what, column in zip(("first", "whole"), rows.T, strict=True):
        found |= {f"{what} median": float(np.median(column)), f"{what} p95": float(np.quantile(column, 0.95))}
    return found | {f"{who} ms": 1000 * (after[who] - before[who]) / len(rows) for who in after}


def simulation(worlds: int) -> dict[str, float]:
    """Wall and processor milliseconds of one simulation of the baseline, here and now, by itself: the median of five."""
    from sim import run

    run("baseline", 64)
    rows = []
    for seed in range(2, 7):
        wall, used = time.perf_counter(), time.process_time()
        run("baseline", worlds, seed=seed)
        rows.append((time.perf_counter() - wall, time.process_time() - used))
    return dict(zip(("wall", "processor"), (1000 * np.median(rows, axis=0)).tolist(), strict=True))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=30, help="moves of each kind, 6 to 30")
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--rest", type=float, default=1.0, help="seconds that a reader rests on a lever before moving it")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    with served(given.worlds) as (address, server):
        found = measure(address, server, given.moves, given.rest)
    alone = simulation(given.worlds)
    if given.json:
        measured = {"rest": given.rest, "load": load, "page": found, "simulation": alone}
        print(json.dumps({"worlds": given.worlds, "moves": given.moves, **measured}, indent=1))
        return
    print(
        f"{given.moves} moves of each kind, {given.worlds} worlds; milliseconds from the input to the first changed and to the whole chart"
    )
    print(f"{'':24s}{'first: median':>15s}{'95 %':>8s}{'whole: median':>15s}{'95 %':>8s}   processor: workers, server, browser")
    for name, row in found.items():
        first = [f"{row[k]:.0f}" if k in row else "" for k in ("first median", "first p95")]
        spent = ", ".join(f"{row[f'{who} ms']:.0f}" for who in ("workers", "server", "browser") if f"{who} ms" in row)
        print(f"{name:24s}{first[0]:>15s}{first[1]:>8s}{row['whole median']:15.0f}{row['whole p95']:8.0f}   {spent}")
    print(f"One simulation by itself, in this process: {alone['wall']:.0f}, of the processor {alone['processor']:.0f}.")
    print(f"The machine's load before was {load:.1f} on {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
