"""Formgrader in a real browser: a written answer is marked on a graded sample class."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from chainrule.course.folders import nbgrader
from chainrule.course.sample_class import sample_class
from chainrule.grading import grade
from tests.support import ROOT
from tests.support.lab import chromium
from tests.support.server import formgrader

pytestmark = pytest.mark.browser

LEARNER = "001-all-right"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "source" / "single_layer", root / "source" / "single_layer")
    shutil.copytree(ROOT / "release", root / "release")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    nbgrader(root, "generate_assignment", "single_layer", "--force")
    sample_class(root, learners=2)
    grade(root, assignment="single_layer")
    return root


def saved(root):
    query = """
        SELECT g.manual_score, c.manual_comment FROM submitted_assignment sa
        JOIN submitted_notebook sn ON sn.assignment_id = sa.id
        JOIN grade g ON g.notebook_id = sn.id JOIN base_cell gc ON gc.id = g.cell_id
        JOIN comment c ON c.notebook_id = sn.id JOIN base_cell cc ON cc.id = c.cell_id
        WHERE sa.student_id = ? AND gc.name = 'signs' AND cc.name = 'signs'
    """
    with closing(sqlite3.connect(root / "gradebook.db")) as connection:
        return connection.execute(query, [LEARNER]).fetchall()


def test_a_written_answer_is_marked_from_the_list_to_the_gradebook(course, tmp_path):
    with formgrader(course, tmp_path) as url, chromium() as started:
        page = started.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{url}/formgrader/gradebook")
        page.locator("#main-table a", has_text="single_layer").click()
        page.wait_for_url("**/gradebook/single_layer")
        page.locator("#main-table a", has_text="single_layer").click()
        page.locator("#main-table .name a").first.wait_for()
        page.get_by_role("button", name="Show All Names").click()
        page.get_by_role("link", name=LEARNER).click()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("() => formgrader.grades.loaded && formgrader.comments.loaded")

        answer = page.locator(".nbgrader_cell").last
        guide = page.get_by_text("Marking guide")
        answer.scroll_into_view_if_needed()
        assert guide.is_visible() and answer.is_visible()
        assert page.locator("math").count() > 10
        picture = page.locator("img[src='network.svg']")
        assert picture.evaluate("(one) => one.complete && one.naturalWidth") > 0
        assert page.locator(".text_cell_render td").count() > 5

        def saving(kind):
            return page.expect_response(
                lambda said: f"/api/{kind}/" in said.url and said.request.method == "PUT"
            )

        with saving("grade"):
            answer.locator("input.score").fill("2")
            answer.locator("input.score").press("Tab")
        with saving("comment"):
            answer.locator("textarea").fill("Say why $x < 0$.")
            answer.locator("textarea").press("Escape")
        assert not faults
    assert saved(course) == [(2.0, "Say why $x < 0$.")]

    nbgrader(course, "generate_feedback", "single_layer")
    text = (course / "feedback" / LEARNER / "single_layer" / "single_layer.html").read_text()
    assert "2 of 3" in text and "Marked by a person" in text and "Say why <math" in text
    assert "Marking guide" not in text and "HIDDEN TESTS" not in text
