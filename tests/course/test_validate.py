"""nbgrader's Validate, as a learner presses it."""

import pytest

from tests.course.conftest import EXERCISES, source

pytestmark = pytest.mark.parametrize("exercise", EXERCISES)


def test_each_failing_check_is_reported_with_its_message(validated, exercise):
    said = validated["untouched", exercise]
    checks = [cell.id for cell in source(exercise).cells if cell.id.startswith("check_")]
    # The written answer is the one more: Validate says that there is no response.
    assert f"VALIDATION FAILED ON {len(checks) + 1} CELL(S)" in said
    assert "YOUR ANSWER HERE" in said
    for name in checks:
        function = name.removeprefix("check_")
        assert f"{exercise}.{function}: not attempted yet." in said
    assert "..." not in said, "a line was cut"


def test_right_answers_succeed(validated, exercise):
    assert "Success! Your notebook passes all the tests." in validated["answered", exercise]
