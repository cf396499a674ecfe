"""The page's modules as one: a widget is handed one module, and a saved page has one script.

Each module's imports come before it in `MODULES`, so it is enough to write them one after the
other without their `import` lines. Names must be unique among the modules; a test has Node parse
the result.
"""

import base64
import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

PAGE = Path(__file__).parent / "page"
MODEL = (
    *("format", "activations", "engine", "entry", "phases", "formula", "state", "score"),
    *("address", "slope", "motion", "scene", "layout", "plane"),
)
VIEW = (
    *("dom", "number", "edges", "bars", "columns", "units", "matrices", "rail", "pills", "stage"),
    *("moves", "examples", "plane", "toolbar", "legend", "formulapanel", "codepanel", "plot"),
    *("slopepanel", "losspanel", "motion", "tour", "actions", "room", "sharing", "alone", "view"),
)
# The model is pure: it has no document. The view is all that touches one.
MODULES = (*(f"model/{name}" for name in MODEL), *(f"view/{name}" for name in VIEW))


@cache
def module() -> str:
    """All modules as one ES module with the default export of the last."""
    return _joined() + "export default { render, modelOf };\n"


@cache
def stylesheet() -> str:
    """The stylesheet, without what only its readers need."""
    text = (PAGE / "view/explorer.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};])\s*|([:,])\s+", r"\1\2", text)


def page(state: Mapping[str, Any], title: str) -> str:
    """One self-contained HTML file in which an explorer of that state moves without a kernel."""
    template = Template((PAGE / "view/page.html").read_text(encoding="utf-8"))
    data = _as_json(state)
    safe_title = title.replace("&", "&amp;").replace("<", "&lt;")
    return template.substitute(title=safe_title, css=stylesheet(), code=_joined(), state=data)


def script(state: Mapping[str, Any]) -> str:
    """A script for a notebook's output: in a page that a notebook was exported to, an explorer.

    The modules are packed, since each output that shows an explorer holds them.
    """
    template = Template((PAGE / "view/exported.html").read_text(encoding="utf-8"))
    return template.substitute(packed=_packed(), state=_as_json(state))


@cache
def _packed() -> str:
    text = json.dumps({"code": module(), "css": stylesheet()})
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _as_json(state: Mapping[str, Any]) -> str:
    """A state as JSON that can stand in a script."""
    state = {**state, "history": _shortened(state["history"])}
    text = json.dumps(state, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _shortened(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last changes, for a file of small size; the losses before them stay on its curve."""
    kept = [dict(entry) for entry in history[-3:]]
    earlier = [loss for entry in history[:-3] for loss in entry["losses"]]
    if kept:
        kept[0]["losses"] = [*earlier, *kept[0]["losses"]][-200:]
    return kept


def _joined() -> str:
    texts = ((PAGE / f"{name}.js").read_text(encoding="utf-8") for name in MODULES)
    return "".join(_without_imports(text) for text in texts)


def _without_imports(text: str) -> str:
    text = re.sub(r'^import [^"]*"\.[./\w]+\.js";\n', "", text, flags=re.MULTILINE)
    text = re.sub(r"^export default .*;\n", "", text, flags=re.MULTILINE)
    # What is for readers stays with the modules: comments, and what is white.
    text = re.sub(r"^ *//.*\n| +// .*", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ +|^\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^export ", "", text, flags=re.MULTILINE)
