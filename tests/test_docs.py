"""What README and docs say is so: commands, paths, names, figures, minutes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule
from chainrule import CheckFailed

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import figures  # noqa: E402

README = (ROOT / "README.md").read_text()
PAGES = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")))
}
FOLDERS_OF_A_CLASS = {"work", "submitted", "autograded", "feedback", "release", "exchange"}


def test_the_snippet_prints_what_its_comments_say():
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    expected = [line.removeprefix("# ") for line in snippet.splitlines() if line.startswith("# ")]
    try:
        exec(snippet, {})
    except CheckFailed as failed:
        assert str(failed).splitlines() == expected
    else:
        raise AssertionError("the snippet shows a failed check")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for path in re.findall(r"\]\(([^):#]+)[^):]*\)", PAGES[page]):
        assert ((ROOT / page).parent / path).exists(), path


@pytest.mark.parametrize("page", PAGES)
def test_paths_in_the_text_exist(page):
    for path in re.findall(r"`([\w.]+(?:/[\w.-]+)*/?)`", PAGES[page]):
        first = path.partition("/")[0]
        if "/" in path and first not in FOLDERS_OF_A_CLASS:
            places = [ROOT / path, ROOT / "chainrule" / path]
            assert any(place.exists() for place in places), path


def named(page, program):
    """The commands of a program that a page names, in text or in a block of commands."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
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
        key=["single_layer", "multi_layer", "update_step"].index,
    )
    for name, minutes, points, functions in rows:
        notebook = json.loads((ROOT / "source" / name / f"{name}.ipynb").read_text())
        first = "".join(notebook["cells"][0]["source"])
        assert f"**About {minutes} minutes**, {points} points" in first
        asked = [q.function for q in chainrule.questions.QUESTIONS.values() if q.exercise == name]
        assert re.findall(r"`(\w+)`", functions) == asked


def test_every_room_is_in_the_guide():
    rooms = {
        path.name.removesuffix(".py") + ("/" if path.is_dir() else "")
        for path in Path(chainrule.__file__).parent.iterdir()
        if not path.name.startswith("_")
    }
    table = re.findall(r"^\| (.*?) \|", PAGES["docs/developers.md"], re.MULTILINE)
    assert {name for row in table for name in re.findall(r"`([\w/]+)`", row)} >= rooms
