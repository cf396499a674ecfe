"""Formgrader with what learners wrote as text, pictures, tables and mathematics, never live.

Three layers, so that a hole in one is not a hole: what a notebook holds is reduced and cleaned
before nbgrader's template sees it; names are escaped where they enter a page; and the browser is
told to run nbgrader's scripts only.
"""

import base64
import hashlib
import html
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool
from traitlets.config import Config

from ..report import cell_outputs, harmless
from ..report.untrusted import number
from . import replaced

TEMPLATES = str(Path(__file__).parent / "nbconvert")
# nbgrader's two buttons that show and hide names carry their script in an attribute.
INLINE = ("toggle_name(true);", "toggle_name(false);")
FLAGS = ("grade", "locked", "solution", "task")


def policy(nonce: str) -> str:
    """The page's Content-Security-Policy: scripts with the nonce, nbgrader's buttons, no others."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in INLINE)
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'unsafe-hashes' {hashes}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


# A file that a learner handed in opens as if it came from another site, and can fetch nothing.
FILE_POLICY = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"


class SafeNotebook(Preprocessor):
    """Reduce a notebook, and what the template is told about it, to what may be shown."""

    enabled = Bool(True).tag(config=True)  # nbconvert's own default is off

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        nonce = secrets.token_urlsafe(16)
        resources.update(escaped(resources), nonce=nonce, policy=policy(nonce))
        nb.metadata = NotebookNode(language_info=NotebookNode(name="python"))
        nb.cells = [_cell(cell, place) for place, cell in enumerate(nb.cells)]
        return nb, resources


def _cell(cell: NotebookNode, place: int) -> NotebookNode:
    kind = cell.cell_type if cell.cell_type in ("code", "markdown") else "raw"
    source = cell_outputs.joined(cell.get("source"))
    metadata = NotebookNode()
    if isinstance(marks := cell.get("metadata", {}).get("nbgrader"), dict):
        metadata.nbgrader = _marks(marks)
    made = NotebookNode(cell_type=kind, id=f"cell-{place}", metadata=metadata, source=source)
    if kind == "code":
        count = cell.get("execution_count")
        made.execution_count = count if isinstance(count, int) else None
        made.outputs = [o for o in map(_output, cell.get("outputs") or ()) if o]
    elif kind == "raw":
        made.source = html.escape(source)
    else:
        made.attachments = cell.get("attachments") or NotebookNode()
    return made


def _marks(marks: Mapping[str, Any]) -> NotebookNode:
    kept = NotebookNode({key: marks.get(key) is True for key in FLAGS})
    kept.grade_id = html.escape(str(marks.get("grade_id", "")))
    kept.points = number(marks.get("points")) or 0.0
    return kept


def _output(output: Any) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = cell_outputs.joined(output.get("text"))
        return NotebookNode(output_type="stream", name=name, text=text)
    if kind == "error":
        lines = [line for line in output.get("traceback") or () if isinstance(line, str)]
        lines = lines or [cell_outputs.error_line(output)]
        return NotebookNode(output_type="error", ename="", evalue="", traceback=lines)
    data = output.get("data")
    markup = cell_outputs.bundle(data) if isinstance(data, dict) else ""
    shown = NotebookNode({"text/html": markup})
    return NotebookNode(output_type="display_data", data=shown, metadata={}) if markup else None


def escaped(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with texts fit for HTML and for strings of its scripts."""
    return {key: _escaped(value) for key, value in values.items()}


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return html.escape(value)
    return escaped(value) if isinstance(value, dict) else value


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """In place of nbconvert's filter of this name."""
    cell = context.get("cell") or {}
    return harmless.markdown(source, cell.get("attachments") or {})


def install(config: Config) -> None:
    """Have Formgrader's exporter and pages show text only, and serve learners' files sandboxed."""
    from nbgrader.server_extensions.formgrader import handlers

    config.HTMLExporter.preprocessors = [SafeNotebook]
    config.HTMLExporter.filters = {"markdown2html": markdown2html}
    config.HTMLExporter.template_name = "chainrule_formgrade"
    config.HTMLExporter.extra_template_basedirs = [TEMPLATES, handlers.template_path]
    config.HTMLExporter.extra_template_paths = [handlers.template_path]
    _escape_names()


def _escape_names() -> None:
    """In Formgrader's own pages, once: they are made by classes in nbgrader's lists of handlers."""
    plain, served = replaced.found(replaced.RENDER), replaced.found(replaced.FILES)
    if getattr(plain, "escapes", False):
        return

    class SafeFiles(served):  # type: ignore[misc, valid-type]
        content_security_policy = FILE_POLICY

    def render(self: Any, name: str, **values: Any) -> str:
        page: str = plain(self, name, **escaped(values))
        return page

    render.escapes = True  # type: ignore[attr-defined]
    replaced.replace(replaced.RENDER, render)
    routes = replaced.found(replaced.ROUTES)
    routes[:] = [
        (route[0], SafeFiles, *route[2:]) if route[1] is served else route for route in routes
    ]


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
