"""The notebooks in source/ are clean: each test names the cells that are not."""

import re

import nbformat
import pytest

from chainrule.exercises.questions import QUESTIONS
from tests.course.conftest import EXERCISES, ROOT, role, source

pytestmark = pytest.mark.parametrize("exercise", EXERCISES)


def graded_cells(exercise):
    return [cell for cell in source(exercise).cells if "nbgrader" in cell.metadata]


def functions(exercise):
    """The names of the answer cells that hold a function, in order."""
    cells = graded_cells(exercise)
    return [cell.id for cell in cells if role(cell, "solution") and cell.cell_type == "code"]


def test_no_cell_has_been_run(exercise):
    code = [cell for cell in source(exercise).cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


def test_the_file_is_as_jupyterlab_saves_it(exercise):
    text = (ROOT / "source" / exercise / f"{exercise}.ipynb").read_text()
    assert text == nbformat.writes(source(exercise)) + "\n"


def test_cell_ids_are_words_and_the_grade_id_where_there_is_one(exercise):
    cells = source(exercise).cells
    assert [cell.id for cell in cells if not re.fullmatch(r"[a-z][a-z0-9_]*", cell.id)] == []
    other = [c.id for c in graded_cells(exercise) if c.metadata.nbgrader.grade_id != c.id]
    assert other == []


def test_cell_ids_are_unique(exercise):
    ids = [cell.id for cell in source(exercise).cells]
    assert sorted(ids) == sorted(set(ids))


def test_points_add_up(exercise):
    points = [cell.metadata.nbgrader.get("points", 0) for cell in graded_cells(exercise)]
    assert sum(points) == EXERCISES[exercise]


def test_every_question_is_asked(exercise):
    asked = [question.function for question in QUESTIONS.values() if question.exercise == exercise]
    assert functions(exercise) == asked


def test_every_function_has_its_check_and_its_test(exercise):
    cells = {cell.id: cell for cell in graded_cells(exercise)}
    order = [name for name in cells if name in functions(exercise) or "_" in name]
    for name in functions(exercise):
        check, test = cells[f"check_{name}"], cells[f"test_{name}"]
        place = order.index(name)
        assert order[place + 1 : place + 3] == [check.id, test.id]
        assert check.metadata.nbgrader.points == 0, check.id
        assert test.metadata.nbgrader.points > 0, test.id
        for cell in (check, test):
            assert role(cell, "grade") and role(cell, "locked"), cell.id
        earlier = QUESTIONS[f"{exercise}.{name}"].earlier
        assert f'"{exercise}.{name}"' in check.source, check.id
        assert re.findall(r"lambda: (\w+)", test.source) == [name, *earlier], test.id


def test_a_heading_before_every_answer_says_its_points(exercise):
    said = None
    for cell in source(exercise).cells:
        if heading := re.search(r"^## .*\((\d+) points\)$", cell.source, re.MULTILINE):
            said = int(heading[1])
        elif role(cell, "grade") and cell.metadata.nbgrader.points:
            assert cell.metadata.nbgrader.points == said, cell.id
            said = None


def test_answers_have_a_stub_and_tests_are_hidden(exercise):
    cells = {cell.id: cell.source for cell in graded_cells(exercise)}
    for name in functions(exercise):
        assert "### BEGIN SOLUTION" in cells[name], name
        comment, begin, *_, end = cells[f"test_{name}"].splitlines()
        assert comment.startswith("# Hidden tests stand here"), name
        assert (begin, end) == ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"), name


def test_a_written_answer_follows_its_question_and_marking_guide(exercise):
    cells = source(exercise).cells
    question, answer = cells[-2:]
    assert role(answer, "grade") and role(answer, "solution") and answer.cell_type == "markdown"
    assert role(question, "locked") and not role(question, "grade")
    guide = question.source.partition("BEGIN MARK SCHEME")[2]
    points = sum(int(number) for number in re.findall(r"^- (\d) point", guide, re.MULTILINE))
    assert points == answer.metadata.nbgrader.points
    # Only a locked cell is put back before grading: elsewhere the guide would be lost.
    assert [c.id for c in cells if "MARK SCHEME" in c.source] == [question.id]


def test_pictures_are_there_and_described(exercise):
    text = "\n".join(cell.source for cell in source(exercise).cells)
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", text)
    assert pictures
    for described, name in pictures:
        assert len(described) > 40, name
        assert (ROOT / "source" / exercise / name).is_file(), name


def test_running_all_cells_goes_on_past_what_is_not_right_yet(exercise):
    """Else who comes back to the third function would have to mend the first one before."""
    for cell in source(exercise).cells:
        given = cell.cell_type == "code" and not role(cell, "solution")
        if given and cell.id != "setup" and not cell.id.startswith("test_"):
            assert "raises-exception" in cell.metadata.get("tags", []), cell.id
