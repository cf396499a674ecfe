"""What grading itself failed at: twice more, then a person; a broken machine marks nobody."""

from concurrent.futures import BrokenExecutor, Executor, Future

import pytest

from chainrule import records
from chainrule.grading import grade
from chainrule.grading.again import Again
from chainrule.grading.errors import CourseError
from chainrule.grading.processes.worker import WorkerDied
from tests.support import courses


def a_job(student):
    plan = {"notebooks": {}, "files": {}}
    about = {"student": student, "assignment": "ps1", "plan": plan, "plan_digest": "1"}
    return about | {"findings": [], "notebooks": {}, "files": {}}


def failing(times, why="the process of the tests was ended by SIGKILL"):
    """Grades, after it has failed so many times; at a job without code it never does."""
    left = [why] * times

    def grades(job):
        if left and "without code" not in job["plan_digest"]:
            raise WorkerDied(left.pop())
        return {"student": job["student"], "notebooks": {}}

    return grades


# Failures of ada's and of ben's -> what is said.
LINES = {
    (0, 0): "",
    (1, 0): "The process of the tests was ended by SIGKILL while ada's ps1 was graded; "
    "it was graded again.",
    (2, 0): "The process of the tests was ended by SIGKILL twice while ada's ps1 was graded; "
    "it was graded again.",
    (3, 0): "The process of the tests was ended by SIGKILL 3 times while ada's ps1 was graded; "
    "it was graded again, and ada's ps1 needs a person.",
    (1, 1): "The process of the tests was ended by SIGKILL while ada's ps1 and ben's ps1 were "
    "graded; they were graded again.",
}


@pytest.mark.parametrize("times", LINES)
def test_one_line_says_what_happened(times):
    again = Again([])
    for student, count in zip(["ada", "ben"], times, strict=True):
        grades = failing(count)
        again.tries = [grades, grades]
        try:
            grades(a_job(student))
        except WorkerDied as error:
            again.failed(a_job(student), error)
            again.grade(a_job(student))
    assert again.line() == LINES[times]


def test_a_machine_that_grades_nothing_marks_nobody():
    def grades(job):
        raise WorkerDied("No space left on device")

    with pytest.raises(CourseError, match="Nothing can be graded .* No space left on device"):
        Again([grades, grades]).grade(a_job("ada"))


class Unreliable(Executor):
    """Its workers fail at each third job, and at last it is broken."""

    def __init__(self):
        self.count = 0

    def submit(self, function, job):
        self.count += 1
        if self.count > 7:
            raise BrokenExecutor("gone")
        future = Future()
        if self.count % 3 == 0:
            future.set_exception([MemoryError(), KeyError("a bug"), SystemExit()][self.count % 2])
        elif self.count % 5 == 0:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_result(function(job))
        return future


def test_what_an_executor_fails_at_is_graded_elsewhere(tmp_path):
    root = courses.make_course(tmp_path / "c", {"nb": courses.DOUBLE})
    for number in range(9):
        answer = courses.fill(double="def double(x):\n    return 2 * x")
        courses.submit(root, f"learner{number}", answer)
    said = []
    graded = grade(root, executor=Unreliable(), say=said.append)
    assert [one.points for one in graded] == [2.0] * 9
    assert len(said) == 1 and "graded again." in said[0]


def test_a_test_that_ends_its_process_each_time(tmp_path):
    """Nobody has a zero of it; the submission needs a person, who reads why; the others go on."""
    deadly = "if double(1) == 3:\n    import os\n    os.kill(os.getpid(), 9)\nassert double(3) == 6"
    cells = [courses.DOUBLE[0], courses.test("deadly", deadly)]
    root = courses.make_course(tmp_path / "c", {"nb": cells})
    for name, body in {"ada": "2 * x", "ben": "x + 2", "cyd": "2 * x"}.items():
        courses.submit(root, name, courses.fill(double=f"def double(x):\n    return {body}"))
    said = []
    graded = {one.student: one for one in grade(root, jobs=1, say=said.append)}
    assert graded["ada"].points == graded["cyd"].points == 1.0
    (result,) = graded["ben"].notebooks["nb"]
    assert result["verdict"] == records.NEEDS_PERSON
    assert "ended by SIGKILL" in result["reason"]
    assert len(said) == 1 and "while ben's ps1 was graded; it was graded again" in said[0]
    assert grade(root) == []
