"""release/ is what source/ gives now, and gives nothing away."""

import re
import shutil

import nbformat
import pytest

from chainrule.cli import main
from chainrule.course.folders import CourseError, nbgrader, release, stale
from tests.course.conftest import EXERCISES, ROOT, read, role, source


def test_the_release_is_up_to_date():
    assert stale(ROOT) == [], "run `make release`"


def test_a_stale_release_is_noticed(tmp_path):
    for name in ("source", "release"):
        shutil.copytree(ROOT / name / "update_step", tmp_path / name / "update_step")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    path = tmp_path / "source/update_step/update_step.ipynb"
    notebook = read(path)
    notebook.cells[0].source += "\n\nOne word more."
    nbformat.write(notebook, path)
    (tmp_path / "release/update_step/extra.txt").write_text("not from the source")
    assert stale(tmp_path) == ["update_step/extra.txt", "update_step/update_step.ipynb"]


@pytest.fixture
def small(tmp_path):
    shutil.copytree(ROOT / "source/update_step", tmp_path / "source/update_step")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def test_a_release_without_a_source_is_put_aside_and_said(small, capsys):
    (small / "release/forgotten").mkdir(parents=True)
    (small / "release/forgotten/only.ipynb").write_text("the last copy")
    (small / ".chainrule/removed/forgotten").mkdir(parents=True)  # of an earlier time
    made = release(small)
    assert [path.name for path in (small / "release").iterdir()] == ["update_step"]
    assert (made.changed, made.same, made.aside) == (["update_step"], [], ["forgotten"])
    assert (small / ".chainrule/removed/forgotten.2/only.ipynb").read_text() == "the last copy"
    assert release(small).same == ["update_step"]


def broken(path):
    """Two cells of the same grade id."""
    notebook = read(path)
    first, second, *_ = (cell for cell in notebook.cells if "nbgrader" in cell.metadata)
    second.metadata.nbgrader.grade_id = first.metadata.nbgrader.grade_id
    nbformat.write(notebook, path)
    return first.metadata.nbgrader.grade_id


def test_what_fails_keeps_its_old_release_and_says_why(small, capsys):
    release(small)
    old = (small / "release/update_step/update_step.ipynb").read_bytes()
    name = broken(small / "source/update_step/update_step.ipynb")
    for other, text in (("good", None), ("no_json", "{broken")):
        shutil.copytree(ROOT / "source/update_step", small / "source" / other)
        path = small / "source" / other / "update_step.ipynb"
        path.rename(path.with_name(f"{other}.ipynb"))
        if text:
            path.with_name(f"{other}.ipynb").write_text(text)
    assert main(["release", "--course-dir", str(small)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "chainrule: nbgrader generate_assignment failed: no_json: Notebook does not appear to be"
        f" JSON: '{{broken'; update_step: Duplicate grade id: {name}. What was released of it"
        " before stays. Released all the same: good."
    )
    assert (small / "release/update_step/update_step.ipynb").read_bytes() == old
    there = sorted(path.name for path in (small / "release").iterdir())
    assert there == ["good", "update_step"]
    assert not (small / ".release.new").exists()


def test_a_course_without_an_exercise(small):
    shutil.rmtree(small / "source/update_step")
    with pytest.raises(CourseError, match="has no exercise yet: one is a folder in it"):
        release(small)


def test_what_nbgrader_says_is_passed_on(course):
    with pytest.raises(CourseError, match="no_such_exercise"):
        nbgrader(course, "generate_assignment", "no_such_exercise")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_nothing_is_given_away(exercise):
    path = ROOT / "release" / exercise / f"{exercise}.ipynb"
    text = path.read_text()
    for word in ("SOLUTION", "HIDDEN TESTS", "seeds", "MARK SCHEME", "Marking guide"):
        assert word not in text, word
    released = {cell.id: cell.source for cell in read(path).cells}
    for cell in source(exercise).cells:
        if role(cell, "solution"):
            solution = cell.source.partition("### BEGIN SOLUTION\n")[2] or cell.source
            assert solution.splitlines()[0] not in released[cell.id], cell.id


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_line_of_a_solution_stands_elsewhere(exercise):
    """Not in a hint, nor in the find-the-bug question: the right-hand sides are looked for."""
    cells = read(ROOT / "release" / exercise / f"{exercise}.ipynb").cells
    released = "\n".join(cell.source for cell in cells)
    for cell in source(exercise).cells:
        solution = cell.source.partition("### BEGIN SOLUTION\n")[2].partition("### END")[0]
        for line in solution.splitlines():
            right = re.split(r"^return |(?<![=<>]) = ", line.strip())[-1]
            if re.search(r"[@*/]| - ", right):
                assert right not in released, line


@pytest.mark.parametrize("exercise", EXERCISES)
def test_questions_stay(exercise):
    cells = read(ROOT / "release" / exercise / f"{exercise}.ipynb").cells
    assert re.search(r"\(\d points\)", cells[-2].source)
    assert cells[-1].source == "YOUR ANSWER HERE"
    stubs = [cell.source for cell in cells if role(cell, "solution") and cell.cell_type == "code"]
    assert stubs and all("returns:" in stub and "not attempted" in stub for stub in stubs)


def test_a_folder_that_is_no_course_is_one_clear_line(tmp_path, capsys):
    assert main(["release", "--course-dir", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said == f"chainrule: {tmp_path} is not a course folder: it has no source\n"
