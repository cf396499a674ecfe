"""What was found out of an assignment once, kept beside the course until something changes."""

import hashlib
import json
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ...whole import write_whole

FOLDER = ".chainrule"  # in the course's


def key_of(*parts: object) -> str:
    """A digest of what it depends on, and of this Python with its packages."""
    text = json.dumps([*parts, sys.version, _packages()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _packages() -> list[str]:
    return sorted(f"{one.metadata['Name']} {one.version}" for one in distributions())


def read(course: Path, assignment: str, key: str) -> Any:
    """What was kept under this key; None if there is nothing, or nothing that can be read."""
    try:
        kept = json.loads((course / FOLDER / f"{assignment}.json").read_text("utf-8"))
        return kept["value"] if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(course: Path, assignment: str, key: str, value: Any) -> None:
    """Keep it, where that can be written; else it is found out again."""
    place = course / FOLDER / f"{assignment}.json"
    try:
        place.parent.mkdir(exist_ok=True)
        write_whole(place, json.dumps({"key": key, "value": value}, indent=1, sort_keys=True))
    except OSError:
        return
