"""JSON that a stranger wrote: what it costs to read is known before it is read.

A list of three characters becomes one of a hundred bytes, so that the length of a text alone says
little. A course may have raised Python's limit of recursion, which then holds nothing any more:
what is nested a million times would overflow the stack, and end the process that reads it.
"""

import json
import sys
from typing import Any

MOST_BYTES = 16 * 1024 * 1024
MOST_CONTAINERS = 500_000  # lists and objects; with as many bytes they take 250 MiB at most
_LIGHT = 1024 * 1024  # whatever is in so short a text, it takes 50 MiB at most
_NESTED = 10_000


def is_heavy(text: bytes) -> bool:
    """Whether reading it could take more than a message may cost."""
    if len(text) <= _LIGHT:
        return False
    return len(text) > MOST_BYTES or text.count(b"[") + text.count(b"{") > MOST_CONTAINERS


def loads(text: str | bytes) -> Any:
    """json.loads, in whatever state the process is. Raises ValueError, RecursionError."""
    limit = sys.getrecursionlimit()
    if limit <= _NESTED:
        return json.loads(text)
    sys.setrecursionlimit(_NESTED)
    try:
        return json.loads(text)
    finally:
        sys.setrecursionlimit(limit)
