"""What stays in a saved notebook, run by nbgrader or by a person: a picture and a table."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from chainrule import Explorer
from chainrule.safe_html import clean
from tests.support.lab import write_notebook

WIDGET = "application/vnd.jupyter.widget-view+json"
CELL = "from chainrule import Explorer\nexplorer = Explorer('740', phase='update')\nexplorer"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = []
    monkeypatch.setattr("chainrule.explorer.widget.display", lambda data, **_: outputs.append(data))
    return outputs


def test_a_picture_goes_before_the_widget(shown: list[dict[str, Any]]) -> None:
    Explorer("720")._ipython_display_()
    picture, widget = shown
    assert "<table>" in picture["text/html"] and "data:image/svg+xml" in picture["text/html"]
    assert picture["text/plain"].splitlines()[:5] == [
        "Explorer(2-2, class 0, phase 'loss', loss 10)",
        "",
        "name        value                                   gradient of the loss",
        "x           8 \N{MINUS SIGN}2",
        "W           1 2                                     \N{MIDDLE DOT}",
    ]
    assert WIDGET in widget and "text/html" not in widget


def test_grading_shows_the_picture_alone_and_always_the_same(
    shown: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    Explorer("720")._ipython_display_()
    Explorer("720")._ipython_display_()
    first, second = shown
    assert first == second and WIDGET not in first


def test_grading_does_not_run_the_learners_function_for_a_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    calls: list[int] = []
    explorer = Explorer("720")
    explorer.check(lambda *_: calls.append(1))
    explorer.target = 1
    assert calls == [] and explorer.phase == "grad_b"


def test_marks_are_saved_with_the_picture(shown: list[dict[str, Any]]) -> None:
    explorer = Explorer("720")
    explorer.check(lambda *_: None)
    explorer._ipython_display_()
    assert "&lt;lambda&gt;: it returned None" in shown[0]["text/html"]


def test_what_is_saved_follows_the_numbers(
    shown: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[dict[str, Any]] = []
    widget = "chainrule.explorer.widget"
    monkeypatch.setattr(f"{widget}.update_display", lambda data, **_: renewed.append(data))
    monkeypatch.setattr(f"{widget}.RENEWED_AFTER", 0)

    async def change() -> None:
        explorer = Explorer("720")
        explorer.target = 1  # not shown yet, so nothing is to be renewed
        explorer._ipython_display_()
        explorer.x = [[9, -2]]
        explorer.phase = "update"
        while not renewed:
            await asyncio.sleep(0)

    asyncio.run(change())
    (picture,) = renewed  # once for both changes
    assert "Explorer(2-2, class 1, phase 'update'" in picture["text/plain"]
    assert '"x":[[9.0,-2.0]]' in picture["text/html"].partition("<script>")[2]


def test_feedback_keeps_the_picture_and_the_table(shown: list[dict[str, Any]]) -> None:
    Explorer("740", phase="update")._ipython_display_()
    cleaned = clean(shown[0]["text/html"])
    assert 'src="data:image/svg+xml;base64,' in cleaned and "29 \N{MINUS SIGN}29" in cleaned
    assert "jupyter-widgets" not in cleaned


def test_what_is_not_computed_or_hidden_is_not_given_away(shown: list[dict[str, Any]]) -> None:
    Explorer("740", hidden=["loss"])._ipython_display_()
    html, script, _ = shown[0]["text/html"].partition("<script>")
    assert script  # where it is exported, it is computed anew, and hidden as it was
    assert "58" not in html and "<td>?</td>" in html
    assert "20" in html  # a feature, and not grad_W1, which is not computed yet
    assert "<td>\N{MIDDLE DOT}</td>" in html


def test_the_table_has_every_parameter_and_gradient(shown: list[dict[str, Any]]) -> None:
    Explorer("740", phase="update")._ipython_display_()
    html = shown[0]["text/html"]
    for name in ("W1", "b1", "W2", "b2", "hidden_pre", "hidden_act", "logits", "probs", "loss"):
        assert f'<th scope="row">{name}</th>' in html
    assert "29 \N{MINUS SIGN}29<br>29 \N{MINUS SIGN}29" in html


@pytest.mark.parametrize("grading", [True, False])
def test_a_kernel_shows_it_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grading: bool
) -> None:
    if grading:
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    path = tmp_path / "explorer.ipynb"
    write_notebook(path, CELL)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, store_widget_state=False).execute()
    outputs = notebook.cells[0].outputs
    assert [output.output_type for output in outputs] == ["display_data"] * (1 if grading else 2)
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(path)]
    subprocess.run(command, check=True, capture_output=True, env=_with_path())
    page = path.with_suffix(".html").read_text()
    assert "chainrule-static" in page and "data:image/svg+xml" in page and "58" in page


def _with_path() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def test_the_state_is_plain_data() -> None:
    explorer = Explorer("740")
    explorer.step(3)
    json.dumps(explorer._state(), allow_nan=False)
