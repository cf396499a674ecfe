"""Text from strangers as HTML that cannot do anything: no script, no form, no request to anywhere.

Everything passes `safe_html.clean` last, after Markdown, mathematics and code were made into HTML.
"""

import base64
import binascii
import functools
import html
from collections.abc import Mapping
from typing import Any

from latex2mathml import converter as latex
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from chainrule.safe_html import clean

# In the order of preference; svg is harmless in an <img>, which runs no script.
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")


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
