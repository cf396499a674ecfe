"""Outputs of a cell as safe HTML, and an error as its last line."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from chainrule.safe_html import clean

from . import harmless

CHARACTERS = 4000
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def show(outputs: Iterable[Any]) -> list[str]:
    """Each output that a person can read, as HTML; streams are cut, tracebacks shortened."""
    shown = (_shown(output) for output in outputs if isinstance(output, Mapping))
    return [markup for markup in shown if markup]


def _shown(output: Mapping[str, Any]) -> str:
    kind = output.get("output_type")
    if kind == "stream":
        return text(joined(output.get("text")))
    if kind == "error":
        return f'<p class="error">{html.escape(error_line(output))}</p>'
    data = output.get("data")
    return bundle(data) if isinstance(data, Mapping) else ""


def bundle(data: Mapping[str, Any]) -> str:
    """The richest safe form of a MIME bundle."""
    data = {kind: joined(value) for kind, value in data.items()}
    if url := harmless.picture(data):
        return f'<img src="{html.escape(url)}" alt="a picture that the code drew">'
    if markup := data.get("text/html"):
        return clean(markup)
    if source := data.get("text/markdown") or data.get("text/latex"):
        return harmless.markdown(source)
    return text(data.get("text/plain", ""))


def text(value: str) -> str:
    """Text as it is, cut to a length that can be read."""
    value = ANSI.sub("", value)
    if len(value) > CHARACTERS:
        value = f"{value[:CHARACTERS]}\n… {len(value) - CHARACTERS} more characters"
    return f"<pre>{html.escape(value)}</pre>" if value.strip() else ""


def error_line(output: Mapping[str, Any]) -> str:
    """An error's name and message without its traceback."""
    name, value = str(output.get("ename", "")), str(output.get("evalue", ""))
    lines = ANSI.sub("", f"{name}: {value}" if value else name).strip().splitlines()
    return lines[0][:400] if lines else ""


def joined(value: Any) -> str:
    """nbformat writes long texts as lists of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
