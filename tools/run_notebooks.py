"""Run the notebooks in place and keep what they show: tables, words and small pictures.

    python tools/run_notebooks.py              all of notebooks/
    python tools/run_notebooks.py notebooks/1_first_look.ipynb

Run it after a change of the model. Warnings, run numbers and times are dropped and pictures reduced to few colours, so that a
notebook stays below 200 kB and changes only where its results do.
"""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).parent.parent
SECONDS = 300
COLOURS = 32


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with fresh outputs; the first cell that fails raises its error."""
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    return book


def tidied(book: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without warnings, counts and times, and with light pictures."""
    book.metadata.pop("widgets", None)
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        cell.metadata.clear()
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [_lighter(o) for o in cell.outputs if o.get("name") != "stderr"]
    return book


def _lighter(output: Any) -> Any:
    if "execution_count" in output:
        output["execution_count"] = None
    data = output.get("data", {})
    if "image/png" in data:
        data["image/png"] = base64.b64encode(_reduced(base64.b64decode(data["image/png"]))).decode()
    return output


def _reduced(png: bytes) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def main(names: list[str]) -> None:
    """Run and rewrite the notebooks named, or all."""
    for path in [Path(n) for n in names] or sorted((ROOT / "notebooks").glob("*.ipynb")):
        nbformat.write(tidied(executed(path)), path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
