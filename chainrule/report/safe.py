"""Text from strangers as HTML that cannot do anything: no script, no form, no request to anywhere.

Everything passes `clean` last, after Markdown, mathematics and code were made into HTML. It is
nh3's parser-based cleaner with a list of what may stay; the list is the whole policy.
"""

import base64
import binascii
import functools
import html
import re
from collections.abc import Mapping
from typing import Any

import nh3
from latex2mathml import converter as latex
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TEXT = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre",
    "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip
MATHEMATICS = {
    "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow",
    "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"style", "title"},
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "div": {"class"},
    "span": {"class"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"fence", "stretchy"},
    "mtable": {"columnalign"},
}
STYLES = {"background-color", "color", "font-style", "font-weight", "text-align"}
# What pygments calls the parts of code; other classes could dress up as Formgrader's own buttons.
CLASS = re.compile(r"highlight|err|[a-z][a-z0-9]?")
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*", re.ASCII)
# In the order of preference; svg is harmless in an <img>, which runs no script.
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")


def clean(markup: str) -> str:
    """HTML with only what TEXT, MATHEMATICS and ATTRIBUTES let stay."""
    return nh3.clean(
        markup,
        tags=TEXT | MATHEMATICS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties=STYLES,
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if CLASS.fullmatch(value) else None
    if name in ("href", "src"):
        url = value.strip().lower()
        if tag == "img":
            local = ":" not in url and not url.startswith(("//", "\\", "/"))
            return value if local or PICTURE.fullmatch(value) else None
        return None if url.startswith("data:") else value
    return value


@functools.lru_cache(maxsize=2000)
def mathematics(source: str, block: bool) -> str:
    """LaTeX as MathML, which browsers draw without a script; what cannot be read stays as text."""
    try:
        return latex.convert(source, display="block" if block else "inline")
    except Exception:  # the converter has many ways to give up on what people type
        return f"<code>{html.escape(source)}</code>"


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown with MathML, and with the pictures of the cell only."""

    def block_math(self, body: str) -> str:
        return mathematics(body, block=True)

    def inline_math(self, body: str) -> str:
        return mathematics(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        return mathematics(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{html.escape(code)}</pre>"

    def _embed_image_or_attachment(self, src: str) -> str:
        name = src.removeprefix("attachment:")
        return src if name == src else picture(self.attachments.get(name)) or ""


def picture(bundle: Any) -> str:
    """A data URL of the best picture of a MIME bundle, or ""."""
    for kind in PICTURES if isinstance(bundle, Mapping) else ():
        data = bundle.get(kind)
        if not isinstance(data, str):
            continue
        if kind == "image/svg+xml" and "<" in data:
            data = base64.b64encode(data.encode("utf-8", "replace")).decode()
        try:
            base64.b64decode(data, validate=False)
        except (binascii.Error, ValueError):
            continue
        return f"data:{kind};base64,{''.join(data.split())}"
    return ""


def markdown(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Markdown with mathematics, tables, pictures and code as safe HTML."""
    return _markdown(source) if not attachments else _rendered(source, attachments)


@functools.lru_cache(maxsize=500)
def _markdown(source: str) -> str:
    return _rendered(source, {})


def _rendered(source: str, attachments: Mapping[str, Any]) -> str:
    renderer = _Renderer(escape=False, attachments=dict(attachments), exclude_anchor_links=True)
    try:
        return clean(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # a parser that a stranger's text breaks: the text is shown as it is
        return f"<pre>{html.escape(source)}</pre>"
