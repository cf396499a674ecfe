"""Feedback goes all the way: through nbgrader's exchange, back to the learner who handed in."""

import shutil

from chainrule.grading import grade
from tests.support import ROOT, courses

CELLS = [
    courses.answer(
        "double", "### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION"
    ),
    courses.test("test_double", "assert double(3) == 6", points=2),
]


def done(root, *arguments):
    process = courses.nbgrader(root, *arguments)
    assert process.returncode == 0, process.stderr
    return process


def test_a_submission_through_the_exchange_and_its_feedback_back(tmp_path):
    course, home = tmp_path / "course", tmp_path / "learner"
    settings = (ROOT / "nbgrader_config.py").read_text().partition("c = get_config()")[2]
    for folder in (course / "exchange", home):
        folder.mkdir(parents=True)
    (course / "exchange").chmod(0o777)
    courses.make_course(course, {"nb": CELLS})
    shutil.copy(ROOT / "nbgrader_config.py", course)
    assert 'course_id = "chainrule"' in settings
    (home / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "chainrule"\n'
        f"c.Exchange.root = {str(course / 'exchange')!r}\nc.Exchange.cache = {str(home)!r}\n"
    )
    courses.release(course, "ps1")
    done(course, "release_assignment", "ps1")
    done(home, "fetch_assignment", "ps1")
    done(home, "submit", "ps1")
    done(course, "collect", "ps1")
    (graded,) = grade(course)
    assert graded.points == 0.0
    done(course, "generate_feedback", "ps1")
    done(course, "release_feedback", "ps1")
    done(home, "fetch_feedback", "ps1")
    (page,) = (home / "ps1" / "feedback").rglob("*.html")
    assert "double" in page.read_text()
