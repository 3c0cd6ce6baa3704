"""Write the generated parts of the documentation, or with --check say which are out of date.

python tools/docs.py
python tools/docs.py --check
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # so that it works from a checkout that is not installed

from tools.docpages import model, reference, results  # noqa: E402
from tools.docpages.writing import filled, write  # noqa: E402

DOCS = ROOT / "docs"
SECTIONS = {
    "quarter": model.quarter, "rooms": model.rooms, "cast": model.cast, "variables": model.state_variables, "counts": model.counts,
    "answer of skill": results.answer, "coverage of skill": results.coverage, "assumption of skill": results.assumption,
    "summary of claims": results.claims,
}  # fmt: skip


def section(name: str) -> str:
    """The content of a generated section: one of SECTIONS, or `claim of ROOM` and `grounds of ROOM`."""
    for word, made in (("claim of ", model.claim), ("grounds of ", model.grounds)):
        if name.startswith(word):
            return made(name.removeprefix(word))
    return SECTIONS[name]()


def stale(check: bool) -> list[str]:
    """Names of pages that were not up to date; they are now, unless `check`."""
    found = [page for page, made in reference.PAGES.items() if not write(DOCS / page, made(), check)]
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        name = str(path.relative_to(DOCS))
        if "<!-- generated: " in text and not write(path, filled(text, section, name), check):
            found.append(name)
    return found


def main() -> int:
    """Write or check; exit code 1 where a check finds stale pages."""
    check = "--check" in sys.argv[1:]
    found = stale(check)
    for name in found:
        print(f"{'out of date' if check else 'written'}: docs/{name}")
    return int(check and bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
