"""The package's templates, and what they may ask for."""

import functools
import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chainrule.blocks import DIGITS, digits, figure

from . import cell_outputs, example, harmless

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
    made.filters["percent"] = percent
    made.filters["python"] = python
    made.filters["markdown"] = lambda source, attachments=None: Markup(
        harmless.markdown(source, attachments)
    )
    made.filters["unhidden"] = unhidden
    made.globals["show"] = lambda outputs: list(map(Markup, cell_outputs.show(outputs)))
    made.filters["figure"] = lambda value, count=DIGITS: figure(value, minus="−", digits=count)
    made.globals["digits"] = digits
    made.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    made.globals["example"] = example
    return made


def render(template: str, **values: Any) -> str:
    return environment().get_template(template).render(**values)


def points(value: float | None) -> str:
    """At most two decimals, none of them without need; a dash for marks not given yet."""
    return "–" if value is None else f"{round(value, 2):g}"


def percent(share: float | None) -> str:
    """A share of 1 in whole per cent; a dash for none."""
    return "–" if share is None else f"{100 * share:.0f} %"


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
