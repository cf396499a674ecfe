"""Submissions that can hardly be read: each is one result with one clear sentence."""

import json
import os
import random

import pytest

from chainrule.grading import grade
from chainrule.grading.notebooks.rebuild import Unreadable, read_notebook, rebuild
from tests.support import attacks, courses


def replaced(content):
    return lambda path: path.write_bytes(content)


def changed(**top):
    def change(path):
        notebook = json.loads(path.read_text())
        path.write_text(json.dumps(notebook | top))

    return change


def linked(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def to_source(path):
    path.unlink()
    path.symlink_to(path.parents[3] / "source/ps1/nb.ipynb")


def a_pipe(path):
    path.unlink()
    os.mkfifo(path)


def renamed(path):
    path.rename(path.with_name("nb-Copy1.ipynb"))


def as_folder(path):
    path.unlink()
    path.mkdir()


# What is done to the notebook -> what its one sentence says.
UNREADABLE = {
    "empty": (replaced(b""), "empty"),
    "spaces": (replaced(b" \n"), "empty"),
    "no JSON": (replaced(b"{"), "not JSON"),
    "NUL bytes": (replaced(b"\x00" * 100), "not JSON"),
    "no UTF-8": (replaced(b"\xff\xfe\xfa"), "not text"),
    "a list": (replaced(b"[1, 2]"), "not a notebook"),
    "a number": (replaced(b"3"), "not a notebook"),
    "nested deep": (replaced(b"[" * 100_000), "nested too deep"),
    "a huge number": (replaced(b'{"nbformat": ' + b"9" * 5000 + b"}"), "thousands of digits"),
    "format 5": (changed(nbformat=5), "notebook format 5"),
    "format of text": (changed(nbformat="four"), "notebook format 'four'"),
    "no cells": (changed(cells=None), "no cells"),
    "too many cells": (changed(cells=[{}] * 6000), "6000 cells"),
    "a broken old format": (changed(nbformat=3, worksheets=7), "old notebook"),
    "a link": (linked, "not in the submission"),
    "a link to the instructor's": (to_source, "not in the submission"),
    "a pipe": (a_pipe, "not in the submission"),
    "a folder": (as_folder, "not in the submission"),
    "another name": (renamed, "nb-Copy1.ipynb is there"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = courses.make_course(tmp_path_factory.mktemp("bad"), {"nb": attacks.CELLS})
    for name, (change, _) in UNREADABLE.items():
        change(courses.submit(root, name, courses.fill(**attacks.RIGHT)) / "nb.ipynb")
    odd = courses.submit(root, "odd timestamp", courses.fill(**attacks.RIGHT))
    (odd / "timestamp.txt").write_text("the day before yesterday")
    foreign = attacks.both(courses.fill(**attacks.RIGHT), attacks.foreign_kernel)
    courses.submit(root, "foreign kernel", foreign)
    for hidden in (".ipynb_checkpoints/ps1", "zzz/.ipynb_checkpoints"):
        (root / "submitted" / hidden).mkdir(parents=True)
    (root / "submitted" / "dangling").symlink_to("nobody")
    (root / "submitted" / "nothing" / "ps1").mkdir(parents=True)
    courses.submit(root, "zzz", courses.fill(**attacks.RIGHT))
    graded = {one.student: one for one in grade(root)}
    assert not (root / "autograded" / "odd timestamp" / "ps1" / "timestamp.txt").exists()
    return graded


def test_hidden_folders_are_no_submissions(course):
    assert not any(name.startswith(".") for name in course)
    assert {one.assignment for one in course.values()} == {"ps1"}


@pytest.mark.parametrize("name", UNREADABLE)
def test_one_result_with_one_clear_sentence(course, name):
    one = course[name]
    assert one.points == 0.0
    assert any(UNREADABLE[name][1] in finding["message"] for finding in one.findings), one.findings
    for result in one.notebooks["nb"]:
        assert result["verdict"] in ("not attempted", "needs a person")
        assert len(result["reason"]) < 300 and "Traceback" not in result["reason"]


def test_the_rest_is_graded(course):
    assert course["zzz"].points == course["odd timestamp"].points == 5.0
    assert course["nothing"].points == 0.0
    assert "timestamp.txt" in course["odd timestamp"].findings[0]["message"]


def test_the_kernel_is_the_instructors(course):
    """Whatever kernel the submitted notebook asks for, it runs in the instructor's Python."""
    assert course["foreign kernel"].points == 5.0
    assert course["foreign kernel"].findings == []


@pytest.fixture(scope="module")
def plan():
    cells = []
    for cell in attacks.CELLS:
        about = cell.metadata["nbgrader"]
        cells.append(
            {key: about[key] for key in ("grade", "grade_id", "solution", "task", "locked")}
            | {"kind": "text", "cell_type": cell.cell_type, "source": cell.source}
            | {"points": about.get("points"), "released": cell.source, "id": None}
        )
    return {"cells": cells}


def test_a_thousand_damaged_notebooks(plan):
    """Each is read, or refused with one sentence; a readable one is rebuilt whole."""
    draw = random.Random(0)
    whole = json.dumps({"cells": attacks.CELLS, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    read = 0
    for _ in range(1000):
        damaged = damage(whole, draw)
        try:
            submitted = read_notebook(damaged)
        except Unreadable as error:
            assert len(str(error).splitlines()) == 1
            continue
        read += 1
        cells, findings = rebuild(plan, submitted)
        known = [cell["known"]["grade_id"] for cell in cells if cell["known"]]
        assert known == [cell["grade_id"] for cell in plan["cells"]]
        json.dumps([cells, findings]).encode()
    assert 100 < read < 900


def damage(text, draw):
    """Change a few places: bytes, or whole values of the JSON."""
    if draw.random() < 0.5:
        content = bytearray(text.encode())
        for _ in range(draw.randint(1, 5)):
            at = draw.randrange(len(content))
            content[at : at + draw.choice((0, 1, 1, 50))] = draw.randbytes(draw.choice((0, 1, 5)))
        return bytes(content)
    notebook = json.loads(text)
    for _ in range(draw.randint(1, 4)):
        place = notebook
        while isinstance(place, (dict, list)) and place:
            key = draw.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if draw.random() < 0.3 or not isinstance(place[key], (dict, list)):
                odd = [None, 0, -1, 1e308, "", "x\x00\ud800", [], {}, [[]], {"grade_id": []}, True]
                place[key] = draw.choice(odd)
                break
            place = place[key]
    return json.dumps(notebook).encode()


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_a_thousand_damaged_submissions(tmp_path, count):
    """The same, graded: none is missing, none stops another, none says more than a sentence."""
    draw = random.Random(1)
    courses.make_course(tmp_path, {"nb": attacks.CELLS})
    for number in range(count):
        place = courses.submit(tmp_path, f"learner{number:03}", courses.fill(**attacks.RIGHT))
        whole = (place / "nb.ipynb").read_text()
        (place / "nb.ipynb").write_bytes(damage(whole, draw))
    courses.submit(tmp_path, "zzz", courses.fill(**attacks.RIGHT))
    graded = {one.student: one for one in grade(tmp_path)}
    assert len(graded) == count + 1
    assert graded["zzz"].points == 5.0
    about = [cell.metadata["nbgrader"] for cell in attacks.CELLS]
    tests = {one["grade_id"] for one in about if one["grade"]}
    said = [finding["message"] for one in graded.values() for finding in one.findings]
    said += [r["reason"] for one in graded.values() for r in one.notebooks["nb"]]
    assert all(len(one.splitlines()) <= 1 and "Traceback" not in one for one in said)
    for one in graded.values():
        assert {r["grade_id"] for r in one.notebooks["nb"]} == tests
