"""Verdict records and findings as they stand in a notebook, looked at before they are used.

What has not the shape that `chainrule.records` describes is left out.
"""

import math
from collections.abc import Mapping
from typing import Any

from chainrule import records


def record(outputs: list[Any]) -> dict[str, Any] | None:
    """The verdict record that the test displayed, if it is one: with its words at least."""
    for output in outputs:
        record = mapping(mapping(output).get("data")).get(records.VERDICT_MIME)
        if isinstance(record, dict) and isinstance(record.get("message"), str):
            return {
                "message": record["message"],
                "mistakes": _mistakes(record.get("mistakes")),
                "properties": [p for p in map(_property, items(record.get("properties"))) if p],
                "flags": [flag for flag in items(record.get("flags")) if isinstance(flag, str)],
                "example": _example(record.get("example")),
            }
    return None


def _mistakes(value: Any) -> list[dict[str, str]]:
    kept = [m for m in map(mapping, items(value)) if m.get("id") and m.get("name")]
    return [{key: str(m.get(key, "")) for key in ("id", "name", "hint")} for m in kept]


def _property(value: Any) -> dict[str, Any] | None:
    value = mapping(value)
    points, most = number(value.get("points")), number(value.get("max_points"))
    if not isinstance(value.get("name"), str) or points is None or most is None:
        return None
    return {"name": value["name"], "points": points, "max_points": most}


def _example(value: Any) -> dict[str, Any] | None:
    value = mapping(value)
    if not isinstance(value.get("inputs"), dict) or not isinstance(value.get("result"), str):
        return None
    return {key: value.get(key) for key in ("inputs", "result", "yours", "true", "differ")}


def finding(value: Any) -> dict[str, str] | None:
    value = mapping(value)
    if not isinstance(value.get("message"), str):
        return None
    return {key: str(value.get(key, "")) for key in ("kind", "cell", "message")}


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
