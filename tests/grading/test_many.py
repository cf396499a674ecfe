"""A course of many: what is asked of the gradebook does not grow with those who have handed in."""

from sqlalchemy import event
from sqlalchemy.engine import Engine

from chainrule.grading import grade
from tests.support.courses import DOUBLE, fill, make_course, submit
from tests.support.many import multiply


def asked(root):
    """How often the gradebook is asked where nothing is new."""
    count = 0

    def see(*_):
        nonlocal count
        count += 1

    event.listen(Engine, "before_cursor_execute", see)
    try:
        assert grade(root, jobs=0) == []
    finally:
        event.remove(Engine, "before_cursor_execute", see)
    return count


def test_nothing_new_asks_as_little_of_two_hundred_as_of_one(tmp_path):
    root = make_course(tmp_path, {"nb": DOUBLE})
    submit(root, "ada", fill(double="def double(x): return 2 * x"))
    grade(root, jobs=0)
    of_one = asked(root)
    multiply(root, "ada", 200)
    assert asked(root) == of_one
    # And what is new among them is still found.
    submit(root, "ada00123", fill(double="def double(x): return x"))
    submit(root, "bo", fill(double="def double(x): return 2 * x"))
    (root / "autograded/ada00077/ps1/nb.ipynb").unlink()
    new = {one.student: one.points for one in grade(root, jobs=0)}
    assert new == {"ada00123": 0, "bo": 2, "ada00077": 2}
