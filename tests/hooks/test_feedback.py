"""Feedback pages: what a learner finds in them, with and without verdict records."""

import re
import subprocess
import sys
from html import unescape

import pytest

from chainrule import records
from chainrule.exercises.questions import QUESTIONS
from chainrule.hooks.feedback import WORDS
from chainrule.mistakes.shown import marked_variants
from chainrule.mistakes.variants import right_source
from chainrule.networks.formulas import compiled
from chainrule.networks.network import loss_and_gradients
from chainrule.report import pages
from chainrule.report.marks import Mark, NotebookMarks
from tests.support import made
from tests.support.courses import answer as answer_cell
from tests.support.courses import fill, make_course, nbgrader, submit
from tests.support.courses import test as test_cell
from tests.support.courses import written as written_cell

TYPED = [
    pytest.param(question, variant, id=f"{question.name}-{variant.mistake.id}-{number}")
    for question in QUESTIONS.values()
    for number, variant in enumerate(marked_variants(question))
]


def page(sheet):
    return pages.render("feedback.html.j2", sheet=sheet, **WORDS)


def text(html):
    """What a reader sees, as one line."""
    html = re.sub(r"(?s)<style>.*?</style>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize(("question", "variant"), TYPED)
def test_every_mistake_of_the_catalogue_can_be_mended_from_its_page(tmp_path, question, variant):
    points = {prop.name: 1 for prop in question.properties}
    own = [QUESTIONS[f"{question.exercise}.{name}"] for name in question.earlier]
    right = [compiled(right_source(q), q.function, loss_and_gradients) for q in own]
    record = made.record_of(question.name, variant.function, points, right)
    assert record["verdict"] != "passed"
    result = records.result("test", record["points"], len(points), record["verdict"])
    cells = [
        made.answer(question.function, variant.text),
        made.test("test", result, len(points), [made.shown(record)], "# HIDDEN SEEDS 1207"),
    ]
    html = page(made.sheet_of(tmp_path, made.notebook(*cells)))
    said = text(html)
    named = variant.mistake.name in said and text(variant.mistake.hint) in said
    # A change of the caller's array has a sentence of its own.
    assert named or "changes its argument" in said
    assert f"def {question.function}" in said
    assert "HIDDEN SEEDS" not in said and "Traceback" not in said
    if record["example"]:
        assert said.count(f"true: {record['example']['result']}") == 1
        assert ('class="number differs"' in html) == bool(record["example"]["differ"])
        assert "import numpy as np" in said
    else:
        assert "What came back" in said or "in place" in said


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A course without records, graded by nbgrader itself."""
    root = tmp_path_factory.mktemp("plain")
    long = "def deep(n): return deep(n - 1)\ndeep(300)"
    cells = [
        answer_cell("square", "### BEGIN SOLUTION\ndef square(x): return x * x\n### END SOLUTION"),
        test_cell(
            "test_two", "### BEGIN HIDDEN TESTS\nassert square(2) == 4\n### END HIDDEN TESTS"
        ),
        test_cell("test_three", "assert square(3) == 9, 'three'", 2),
        answer_cell("cube", "### BEGIN SOLUTION\ndef cube(x): return x ** 3\n### END SOLUTION"),
        test_cell("test_cube", "assert cube(2) == 8"),
        written_cell("why", points=3),
    ]
    make_course(root, {"nb": cells}, config=CONFIG)
    square = "def square(x): return 2 * x"
    submit(root, "ada", fill(square=square, cube=long, why="Since $x < 2$."))
    nbgrader(root, "autograde", "ps1")
    nbgrader(root, "generate_feedback", "ps1")
    return root


CONFIG = """
from chainrule.hooks import feedback
feedback.install(c)
"""


def test_without_records_marks_and_verdicts_are_there_all_the_same(plain):
    html = (plain / "feedback/ada/ps1/nb.html").read_text()
    said = text(html)
    assert "1 of 7" in said and "3 of them still to be marked by a person" in said
    assert "square 1 of 3 ◐ partly right" in said or "square 1 of 3 partly right" in said
    assert "test_two right 1 of 1" in said and "test_three not right yet 0 of 2" in said
    assert "cube 0 of 1 error" in said and "NameError: name 'cube' is not defined" in said
    assert "AssertionError: three" in said and "why – of 3 waits for a person" in said
    assert "RecursionError" in said and len(html.splitlines()) < 400
    assert "HIDDEN TESTS" not in said and "square(2) == 4" not in said
    assert "return 2 * x" in re.sub(r"<[^>]+>", "", html) and "Since <math" in html


def test_a_question_that_a_person_marked(tmp_path):
    marks = NotebookMarks(
        {"why": Mark(1.5, 2, by_hand=True, waits=False, extra=0.5)},
        {"why": "Nearly: *why* $b$?"},
        1,
    )
    result = records.result("why", None, 2, "needs a person", "marked by hand")
    cells = [made.text("Why?"), made.written("why", "So.", 2, result)]
    html = page(made.sheet_of(tmp_path, made.notebook(*cells), marks))
    said = text(html)
    assert "1 of 2" in said and "1 taken off because it was late" in said
    assert "Extra credit: 0.5" in said and "Marked by a person" in said
    assert "<em>why</em> <math" in html


def test_the_marking_guide_and_what_grading_noted(tmp_path):
    asked = "Why?\n<!-- BEGIN MARK SCHEME -->\n1 point for the sign\n<!-- END MARK SCHEME -->"
    finding = records.finding("changed", "The cell test_<b> was edited.", "test")
    cells = [made.text(asked), made.written("why", "So.")]
    said = page(made.sheet_of(tmp_path, made.notebook(*cells, findings=[finding])))
    assert "The cell test_&lt;b&gt; was edited." in said
    assert "Why?" in said and "1 point for the sign" not in said


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("time-out", "did not come back in time"),
        ("memory", "wanted more memory"),
        ("crashed", "ended the whole process"),
        ("not attempted", "Nothing has been written here yet."),
    ],
)
def test_verdicts_of_grading_in_words(tmp_path, verdict, words):
    result = records.result("test", 0, 1, verdict)
    made_of = made.notebook(made.answer("f", "pass"), made.test("test", result))
    assert words in page(made.sheet_of(tmp_path, made_of))


def test_what_a_stranger_put_into_the_metadata_is_looked_at(tmp_path):
    odd = {"verdict": ["passed"], "points": "all", "max_points": float("1e400"), "flags": 3}
    record = {"message": 3, "mistakes": 5, "example": []}
    outputs = [{"output_type": "display_data", "data": {records.VERDICT_MIME: record}}, 7]
    cells = [made.answer("f", "pass", outputs), made.test("test", odd, 1, outputs), "no cell"]
    whole = made.notebook(*cells, findings=["x", {"message": 4}], confined="no")
    sheet = made.sheet_of(tmp_path, whole)
    assert [(r.verdict, r.points, r.record) for r in sheet.results] == [("wrong", 0.0, None)]
    assert sheet.findings == [] and "of 1" in page(sheet)


KILLED = """
import os
from nbconvert.writers import FilesWriter
if os.environ.get("KILLED") == "while pages are made":
    FilesWriter.write = lambda *a, **k: os._exit(9)
if os.environ.get("KILLED") == "while pages are put in place":
    os.replace = lambda *a: os._exit(9)
"""


@pytest.mark.parametrize("when", ["while pages are made", "while pages are put in place"])
def test_killed_half_way_the_old_pages_are_whole(plain, when, monkeypatch):
    path = plain / "feedback/ada/ps1/nb.html"
    old = path.read_text()
    config = plain / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(before + KILLED)
    monkeypatch.setenv("KILLED", when)
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "ps1", "--force"]
    try:
        assert subprocess.run(command, cwd=plain, capture_output=True).returncode == 9
    finally:
        config.write_text(before)
    assert path.read_text() == old
    monkeypatch.delenv("KILLED")
    nbgrader(plain, "generate_feedback", "ps1")
    assert path.read_text() == old
    assert not list(plain.glob(".feedback*"))


def test_graded_without_a_gradebook_the_notebooks_own_marks_count(plain, tmp_path):
    result = records.result("test", 0.5, 1, "partly", "AssertionError: nearly")
    made.put(
        tmp_path, "ada", "ps1", made.notebook(made.answer("f", "1"), made.test("test", result))
    )
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{CONFIG}")
    nbgrader(tmp_path, "generate_feedback", "ps1")
    said = text((tmp_path / "feedback/ada/ps1/nb.html").read_text())
    assert "0.5 of 1" in said and "AssertionError: nearly" in said
    assert not (tmp_path / "gradebook.db").exists()
