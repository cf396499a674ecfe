"""The table of `make mistakes`."""

import pytest

from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes import CATALOGUE
from tests.course.conftest import source
from tests.support import outcomes


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_each_property_has_marks_and_they_are_the_tests(question):
    cells = {cell.id: cell for cell in source(question.exercise).cells}
    given = outcomes.points(question.name)
    assert list(given) == [prop.name for prop in question.properties]
    assert sum(given.values()) == cells[f"test_{question.function}"].metadata.nbgrader.points


def test_the_table_holds_every_mistake_with_its_marks_and_its_name(capsys):
    outcomes.show()
    lines = capsys.readouterr().out.splitlines()
    mistakes = [line for line in lines if line[:1].isalnum() and line[:3].strip() in CATALOGUE]
    assert mistakes == [f"{one.id:<4} {one.name}" for one in CATALOGUE.values()]
    place = lines.index("A5   slope 1 at a pre-activation of 0")
    assert [line.split() for line in lines[place + 1 : place + 3]] == [
        ["multi_layer.backward_relu", "2", "of", "5", "slope", "at", "0", "A5"],
        ["multi_layer.backward", "1", "of", "8", "slope", "at", "0", "A5"],
    ]
    assert lines[-2].endswith("; 0 lose marks unnamed.")
