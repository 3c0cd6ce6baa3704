"""How fast the live page answers: from a key press or a step of a drag to the changed chart, in a real headless Chromium.

    python benchmarks/page.py [--moves 40] [--worlds 500] [--json]

Prints median and 95th percentile of two times: to the first changed chart (the first worlds of the ensemble) and to the chart of all
worlds. Where the time goes: "seen before" are moves back to settings whose worlds are still known, so they show
what everything but the simulation costs; the last line says what one simulation takes in this process. Needs the
extras `app` and `dev` and a Chromium (BALKANSIM_CHROMIUM names it; default /usr/bin/chromium).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
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
def served(worlds: int) -> Iterator[str]:
    """The page's address while a server of its own runs."""
    command = f"from sim.cli.app import command; command(port=0, worlds={worlds}, no_open=True)"
    with subprocess.Popen([sys.executable, "-c", command], stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            address = re.search(r"http://\S+", said)
            if address is None:
                raise SystemExit(f"the page did not start: {said}{server.stderr.read()}")
            yield address[0]
        finally:
            server.terminate()


LEVERS = ("eu.mediation", "eu.veto_propensity", "eu.conditionality_clarity", "russia.effort", "china.investment")
"""Moved by keys in turn, so that no combination comes twice on the way up; the way down meets each again."""


class Mover:
    """A page in a browser, and the time from each move to the chart that shows it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def timed(self, lever: str, move: Callable[[Locator], None]) -> tuple[float, float]:
        """Milliseconds to the first changed chart and to that of all worlds."""
        handle = self.page.locator(f'.lever[data-lever="{lever}"] input[type=range]')
        handle.scroll_into_view_if_needed()
        self.page.evaluate("() => { window.seen = []; window.pressed = null; }")
        move(handle)
        found = self.page.evaluate(WAIT, [lever, handle.evaluate("(input) => Number(input.value)")])
        return float(found[0]), float(found[1])

    def key(self, lever: str, name: str) -> tuple[float, float]:
        """Press a key on a lever."""
        return self.timed(lever, lambda handle: handle.press(name))

    def drag(self, lever: str, share: float) -> tuple[float, float]:
        """Take a lever to a share of its way."""

        def move(handle: Locator) -> None:
            box = handle.bounding_box()
            assert box is not None
            self.page.mouse.move(box["x"] + 12 + (box["width"] - 24) * share, box["y"] + box["height"] / 2)
            self.page.mouse.down()

        found = self.timed(lever, move)
        self.page.mouse.up()
        return found


def measure(address: str, moves: int) -> dict[str, list[tuple[float, float]]]:
    """(milliseconds to the first changed chart, to that of all worlds) of every move, by kind of move."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
        page.click("#causes-panel > summary")  # its work would come between
        page.wait_for_timeout(4000)
        page.evaluate(WATCH)
        mover = Mover(page)
        turns = [LEVERS[move % len(LEVERS)] for move in range(moves)]
        times = {
            "key": [mover.key(lever, "ArrowRight") for lever in turns],
            "key, seen before": [mover.key(lever, "ArrowLeft") for lever in reversed(turns[1:])],
            "drag": [mover.drag("transatlantic.coordination", (move * 17 + 5) % 61 / 61) for move in range(moves)],
        }
        browser.close()
    return times


def simulation(worlds: int) -> float:
    """Milliseconds that one simulation of the baseline takes here, best of five."""
    from sim import run

    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        run("baseline", worlds)
        best = min(best, time.perf_counter() - began)
    return 1000 * best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=40, help="moves of each kind, at most 40")
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with served(given.worlds) as address:
        times = measure(address, given.moves)
    found = {
        f"{kind}, {what}": {"median": float(np.median(column)), "p95": float(np.quantile(column, 0.95))}
        for kind, rows in times.items()
        for what, column in zip(("first worlds", "all worlds"), np.array(rows).T, strict=True)
    }
    alone = {n: simulation(n) for n in (128, given.worlds)}
    if given.json:
        print(json.dumps({"worlds": given.worlds, "moves": given.moves, "page": found, "simulation": alone}, indent=1))
        return
    print(f"{given.moves} moves of each kind, {given.worlds} worlds, milliseconds from the input to the changed chart")
    for name, row in found.items():
        print(f"  {name:32s} median {row['median']:6.0f}   95 % {row['p95']:6.0f}")
    print("  of which one simulation: " + ", ".join(f"{ms:.0f} for {n} worlds" for n, ms in alone.items()) + " (one process, best of five)")


if __name__ == "__main__":
    main()
