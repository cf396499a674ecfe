"""What README and docs say is so: commands, paths, names, figures, minutes."""

import argparse
import inspect
import json
import linecache
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from traitlets.config import Config

import chainrule
from chainrule import CheckFailed, cli
from chainrule.checks import notebook
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.checks.time_limit import Stopped
from chainrule.exercises.questions import QUESTIONS, exercises
from chainrule.explorer.presets import PRESETS
from chainrule.grading.limits import MIB, Limits
from scripts import diagrams, rooms
from tests.support import ROOT
from tests.support.explained import examined
from tests.support.often_wrong import answers
from tests.support.wrong_answers import WRONG
from tests.test_imports import ARROWS

sys.path.insert(0, str(ROOT / "benchmarks"))

import figures

README = (ROOT / "README.md").read_text()
PAGES = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md")))
}
FOLDERS_OF_A_CLASS = {
    *("work", "submitted", "collected", "autograded", "feedback", "release", "exchange"),
}
EXAMPLE = "/regression"  # of own-exercise.md
MADE = {"site", "dist", ".chainrule"}  # not in git


def test_the_snippet_prints_what_its_comments_say():
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    expected = [line.removeprefix("# ") for line in snippet.splitlines() if line.startswith("# ")]
    try:
        exec(snippet, {})
    except CheckFailed as failed:
        assert str(failed).splitlines() == expected
    else:
        raise AssertionError("the snippet shows a failed check")


def headings(text):
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for path, anchor in re.findall(r"\]\(([^):#]*)(?:#([^)]*))?\)", PAGES[page]):
        target = ((ROOT / page).parent / path) if path else ROOT / page
        assert target.exists(), path
        assert not anchor or anchor in headings(target.read_text()), anchor


@pytest.mark.parametrize("page", PAGES)
def test_text_is_at_most_120_wide(page):
    """Tables, pictures and blocks of code may be wider: they are no text to be wrapped."""
    text = re.sub(r"^```.*?^```$", "", PAGES[page], flags=re.DOTALL | re.MULTILINE)
    wide = [line for line in text.splitlines() if len(line) > 120]
    assert [line for line in wide if not line.startswith(("|", "!["))] == []


def test_every_picture_is_shown():
    shown = {
        name
        for text in PAGES.values()
        for name in re.findall(r"images/([\w-]+\.(?:png|svg))", text)
    }
    shown |= {diagrams.picture(guide).name for guide in diagrams.guides()}
    assert shown == {path.name for path in ROOT.glob("docs/images/*")}


@pytest.mark.parametrize("page", PAGES)
def test_paths_in_the_text_exist(page):
    for path in re.findall(r"`([\w.]+(?:/[\w.-]+)*/?)`", PAGES[page]):
        first = path.partition("/")[0]
        if "/" in path and first not in FOLDERS_OF_A_CLASS | MADE and EXAMPLE not in path:
            places = [ROOT / path, ROOT / "chainrule" / path, ROOT / "chainrule" / f"{path}.py"]
            assert any(place.exists() for place in places), path


def named(page, program):
    """The commands of a program that a page names, in text or in a block of commands."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)
    lines = [line for kind, block in blocks if not kind for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", PAGES[page])
    found = (re.match(rf"{program} ([a-z][a-z_-]+)", line) for line in lines)
    return {match[1] for match in found if match}


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named(page, "make") <= targets
    usage = [sys.executable, "-c", "from chainrule.cli import main; main(['--help'])"]
    ours = subprocess.run(usage, capture_output=True, text=True, check=True).stdout
    assert named(page, "chainrule") <= set(re.findall(r"^    ([a-z-]+)\b", ours, re.MULTILINE))
    from nbgrader.apps import NbGraderApp

    assert named(page, "nbgrader") <= set(NbGraderApp().subcommands)


def test_the_figures_are_what_the_benchmarks_measured():
    assert figures.readme() == README, "run `make figures`"


def test_there_is_no_other_figure():
    before, _, rest = README.partition(figures.BEGIN)
    elsewhere = before + rest.partition(figures.END)[2]
    assert not re.findall(r"\d[\d.,]* ?(?:s|ms|MiB|GiB|times|seconds|x)\b", elsewhere)


def test_minutes_and_points_are_those_of_the_notebooks():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (.*?) \|", README, re.MULTILINE)
    assert [name for name, *_ in rows] == sorted(
        {path.parent.name for path in ROOT.glob("source/*/*.ipynb")},
        key=exercises().index,
    )
    for name, minutes, points, functions in rows:
        notebook = json.loads((ROOT / "source" / name / f"{name}.ipynb").read_text())
        first = "".join(notebook["cells"][0]["source"])
        assert f"**About {minutes} minutes**, {points} points" in first
        asked = [q.function for q in QUESTIONS.values() if q.exercise == name]
        assert re.findall(r"`(\w+)`", functions) == asked


def test_a_room_imports_only_what_stands_before_it_in_the_guide():
    table = re.findall(r"^\| (`.*?) \|", PAGES["docs/developers.md"], re.MULTILINE)
    names = [name for row in table for name in re.findall(r"`([\w/]+)`", row)]
    order = [name.removesuffix("/").replace("/", ".") for name in names]
    assert set(order) | {"grading"} == set(ARROWS) | {"cli"}
    for number, room in enumerate(order):
        assert ARROWS.get(room, set()) - {"grading"} <= set(order[:number]), room


def test_the_tests_that_the_guide_names_are_there():
    rows = re.findall(r"^\|.*?\| `(tests/.*?)` \|$", PAGES["docs/developers.md"], re.MULTILINE)
    assert len(rows) >= 40 and len(set(rows)) == len(rows)
    for row in rows:
        path, _, function = row.partition("::")
        assert re.search(rf"^def {function}\(", (ROOT / path).read_text(), re.MULTILINE), row


def test_the_picture_of_the_rooms_is_up_to_date():
    assert rooms.PICTURE.read_text() == rooms.draw(), "run `make rooms`"


def test_the_picture_of_the_rooms_shows_all_that_is_imported():
    """Each import between rooms is an arrow, or a way along arrows; nothing else is drawn."""
    all_arrows = rooms.needs()
    drawn = rooms.direct(all_arrows)
    assert set(drawn) == set(ARROWS) | {"cli", "chainrule"}

    def reached(room):
        return drawn[room].union(*map(reached, drawn[room]))

    for room, needed in all_arrows.items():
        assert drawn[room] <= needed <= reached(room)
    svg = ElementTree.fromstring(rooms.draw())
    of_svg = "{http://www.w3.org/2000/svg}"
    assert {text.text for text in svg.iter(f"{of_svg}text")} == set(map(rooms.label, drawn))
    lines = [path for path in svg.iter(f"{of_svg}path") if path.get("marker-end")]
    assert len(lines) == sum(map(len, drawn.values()))


def said(question, *function, **more):
    try:
        chainrule.check(question, *function, **more)
    except CheckFailed as failed:
        return str(failed)
    return ""


def backward_relu(grad_hidden_act, hidden_pre):
    print("here")
    return grad_hidden_act * (hidden_pre >= 0)


def stopped(grad_hidden_act, hidden_pre):
    raise Stopped


THREE_MISTAKES = """
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(0, hidden_pre)
    logits = hidden_act @ W2 + b2
    grad_logits = one_hot - np.exp(logits) / np.exp(logits).sum()
    grad_W2 = 3.7 * hidden_act.T @ grad_logits + 1
    grad_b2 = 2.9 * grad_logits - 0.3
    grad_hidden_pre = (grad_logits @ W2.T) * (hidden_pre > 0) + 0.1
    return 1.3 * x.T @ grad_hidden_pre, grad_hidden_pre, grad_W2, grad_b2
"""


def test_checks_say_what_the_guide_explains(capsys, monkeypatch):
    """Each line of the guide's table is one that some wrong answer gets to see."""
    cells = (inspect.getsource(backward_relu), "def backward_relu(")
    ran = tuple(notebook._cell(number, text) for number, text in enumerate(cells, 1))
    monkeypatch.setattr(notebook, "history", lambda: ran)
    older = [said("multi_layer.backward_relu"), said("multi_layer.backward")]
    monkeypatch.undo()
    lines = inspect.getsource(stopped)
    cached = (len(lines), None, lines.splitlines(keepends=True), "")
    monkeypatch.setitem(linecache.cache, "<ipython-input-1>", cached)
    space = {"Stopped": Stopped}
    exec(compile(lines, "<ipython-input-1>", "exec"), space)
    older.append(said("multi_layer.backward_relu", space["stopped"]))
    messages = [
        said(name, function)
        for name in ("multi_layer.backward_output", "multi_layer.backward")
        for many in WRONG[name].values()
        for function in many
    ]
    messages.append(said("multi_layer.backward_output", lambda h, g: (h.T @ g, g[0])))

    def softmax(logits):
        return np.exp(logits) * 2

    def backward_logits(logits, one_hot):
        return softmax(logits) - one_hot

    messages.append(said("single_layer.backward_logits", backward_logits, earlier=[softmax]))
    messages += [
        plain_text(explain(examined(answer)))
        for answer in answers()
        if answer.question in ("multi_layer.forward", "multi_layer.backward")
    ]
    space = {"elsewhere": 1.0}
    exec("def relu(grad, hidden_pre): return grad * (hidden_pre > 0) * elsewhere", space)
    messages.append(said("multi_layer.backward_relu", space["relu"]))
    source = THREE_MISTAKES.lstrip()
    cached = (len(source), None, source.splitlines(keepends=True), "")
    monkeypatch.setitem(linecache.cache, "<ipython-input-9>", cached)
    space = {"np": np}
    exec(compile(source, "<ipython-input-9>", "exec"), space)
    messages.append(said("multi_layer.backward", space["backward"]))
    assert "grad_logits is right before" not in messages[-1]
    seen = "\n".join([*older, *messages, capsys.readouterr().out]).replace("\n", " ")
    table = PAGES["docs/learners.md"].partition("## What a check says")[2].partition("## ")[0]
    lines = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    quoted = [part for line in lines for part in re.findall(r"`([^`]+)`", line)]
    assert len(quoted) >= 8
    for line in quoted:
        pattern = ".+?".join(map(re.escape, line.split("…")))
        assert re.search(pattern, seen), line


def test_the_settings_in_the_guide_for_instructors_do_what_it_says():
    blocks = re.findall(r"```python\n(.*?)```", PAGES["docs/instructors.md"], re.DOTALL)
    settings = Config()
    for block in blocks:
        exec(block, {"c": settings})
    plugin = settings.AssignLatePenalties.plugin_class()
    assert plugin.late_submission_penalty("ada", 17, 25 * 3600) == 4


def test_examples_in_the_lesson_are_those_of_the_explorer():
    named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", PAGES["docs/classroom.md"]))
    assert named and named <= {preset.title for preset in PRESETS.values()}


def test_options_of_grading_are_those_of_the_command():
    commands = argparse.ArgumentParser().add_subparsers()
    cli.add_grade(commands)
    options = set(re.findall(r"--[a-z-]+", commands.choices["grade"].format_help())) - {"--help"}
    (usage,) = re.findall(r"^chainrule grade \[.*$", PAGES["docs/grading.md"], re.MULTILINE)
    assert set(re.findall(r"--[a-z-]+", usage)) == options


def test_the_limits_are_those_of_grading():
    limits = Limits()
    text = PAGES["docs/grading.md"].replace("\n", " ")
    for words in (
        f"{limits.cell_seconds:.0f} by default",
        f"{limits.memory_bytes // MIB // 1024} GiB of memory",
        f"{limits.processes} processes",
        f"{limits.disk_bytes // MIB} MiB of files",
        f"{limits.output_bytes // MIB} MiB of output a cell",
    ):
        assert words in text
    assert "four times that in all" in text
    assert limits.notebook_seconds == 4 * limits.cell_seconds


@pytest.mark.browser
def test_the_picture_of_grading_is_drawn(tmp_path):
    (guide,) = diagrams.guides()
    with diagrams.drawn(guide, tmp_path) as page:
        picture = page.locator(".jp-RenderedMermaid")
        assert page.locator(".jp-RenderedMermaid.jp-mod-warning").count() == 0
        assert "learner's cells" in picture.locator("img").evaluate(
            "(image) => decodeURIComponent(image.src)"
        )
