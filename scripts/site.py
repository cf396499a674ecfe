"""What mkdocs does not do by itself: mathematics as MathML, a diagram as its picture, no scripts
from elsewhere. A hook of mkdocs.yml.
"""

import html
import re
from typing import Any

from latex2mathml import converter as latex

_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)
_DIAGRAM = re.compile(r"^```mermaid\n.*?^```$", re.DOTALL | re.MULTILINE)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """A diagram of mermaid needs a script; scripts/diagrams.py has made a picture of it."""

    def picture(match: re.Match[str]) -> str:
        labels = re.findall(r'"([^"]+)"', match[0])
        said = "; ".join(" ".join(re.sub(r"<[^>]+>", " ", label).split()) for label in labels)
        return f"![{said}.](images/{page.file.name}.png)"

    return _DIAGRAM.sub(picture, markdown)


def on_page_content(content: str, **_: Any) -> str:
    def formula(match: re.Match[str]) -> str:
        display = "inline" if match[1] == "span" else "block"
        return latex.convert(html.unescape(match[2]), display=display)

    return _FORMULA.sub(formula, content)
