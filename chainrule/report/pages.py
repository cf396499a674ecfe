"""The package's templates, and files that are written whole or not at all."""

import functools
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from . import message, outputs, safe

# From the line of the beginning to the line of the end, or else to the end of the cell.
HIDDEN = re.compile(
    r"^[^\n]*BEGIN (HIDDEN TESTS|MARK SCHEME)(?:.*?END \1[^\n]*\n?|.*)", re.MULTILINE | re.DOTALL
)


@functools.cache
def environment() -> Environment:
    """Jinja2 with everything escaped; filters give what `safe` made of a stranger's text."""
    made = Environment(
        loader=PackageLoader("chainrule.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["points"] = points
    made.filters["python"] = python
    made.filters["markdown"] = lambda source, attachments=None: Markup(
        safe.markdown(source, attachments)
    )
    made.filters["unhidden"] = unhidden
    made.globals["show"] = lambda cell_outputs: list(map(Markup, outputs.show(cell_outputs)))
    made.globals["message"] = message
    return made


def render(template: str, **values: Any) -> str:
    return environment().get_template(template).render(**values)


def points(value: float | None) -> str:
    """At most two decimals, none of them without need; a dash for marks not given yet."""
    return "–" if value is None else f"{round(value, 2):g}"


def unhidden(source: str) -> str:
    """A cell's text without hidden tests and marking guides."""
    return HIDDEN.sub("", source)


@functools.lru_cache(maxsize=2000)
def python(source: str) -> Markup:
    """Python source, coloured."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return Markup(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))


def write_whole(path: Path, text: str) -> None:
    """Put text in place of a file; interrupted, the old file is there, or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    try:
        with open(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
