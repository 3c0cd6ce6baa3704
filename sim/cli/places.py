"""Where results go: a directory per run, its reference beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path("results")
MANIFEST = "manifest.json"


def folder_for(name: str, identity: Mapping[str, Any], out: Path | None) -> Path:
    """The directory of a run: `out`; else `results/<name>` where that is free or this very run, else that with the run's short hash."""
    if out is not None:
        return out
    text = _text(identity)
    plain = RESULTS / name
    hashed = RESULTS / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    if (hashed / MANIFEST).exists():
        return hashed
    return plain if is_free(plain) or same_run(plain, identity) else hashed


def reference_folder(folder: Path, reference: str) -> Path:
    """The sibling that holds the reference of the run in `folder`."""
    return folder.with_name(f"{folder.name}.reference-{reference}")


def is_free(folder: Path) -> bool:
    """Whether a run may begin in `folder`: it is not there, empty, or holds only what a run leaves that was killed at once."""
    from sim import store

    return store.is_free(folder)


def same_run(folder: Path, identity: Mapping[str, Any]) -> bool:
    """Whether `folder` holds the run with this identity."""
    try:
        there = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return _text(there) == _text(identity)


def _text(identity: Mapping[str, Any]) -> str:
    """An identity as one text, the same whether it comes from Python or from a manifest."""
    return json.dumps(json.loads(json.dumps(identity)), sort_keys=True)
