"""What the notebooks say is so."""

import re

import pytest

from chainrule.explorer import Explorer
from chainrule.networks import reference
from tests.course.conftest import EXERCISES, role, source


def text(exercise, cell):
    return next(one.source for one in source(exercise).cells if one.id == cell)


# The first ones: one example at a time.
SINGLE = list(EXERCISES)[: list(EXERCISES).index("batches")]


@pytest.mark.parametrize("exercise", SINGLE)
def test_one_example_at_a_time_is_said_and_where_batches_are(exercise):
    """The checks ask with one row, so that what is right for one row is right."""
    said = text(exercise, "notation")
    assert re.search(r"N = 1|one row", said) and re.search(r"\*?batch(es)?\*?", said)
    assert "a notebook of their own" in said


def test_a_function_is_promised_for_each_kind_of_step():
    answers = [cell.id for cell in source("multi_layer").cells if role(cell, "solution")]
    steps = [name for name in answers if name.startswith("backward_")]
    said = text("multi_layer", "picture")
    kinds = re.search(r"one function for each kind of step \(([^)]*)\)", said)[1]
    assert len(kinds.split(",")) == len(steps) == 3
    assert "each arrow" not in said


def test_a_bigger_step_is_not_always_better_where_it_is_asked():
    """By torch: with ten times the rate, both hidden units are dead after the first step."""
    name, *_ = re.findall(r'Explorer\("(\w+)"', text("update_step", "explore"))
    asked = text("update_step", "explore_text")
    assert f"number {name}" in asked and "three times" in asked and "0.1" in asked
    network = Explorer(name).network
    ends = {}
    for rate in (0.01, 0.1):
        after, losses = reference.train(network.x, network.one_hot, network.parameters, rate, 3)
        ends[rate] = losses[-1]
        W1, b1 = reference.train(network.x, network.one_hot, network.parameters, rate, 1)[0][:2]
        assert ((network.x @ W1 + b1) > 0).any() == (rate == 0.01)
    assert ends[0.1] > 10 * ends[0.01]
    assert Explorer(name).learning_rate == 0.01


@pytest.mark.parametrize("exercise", [*SINGLE, "batches"])
def test_the_numbers_of_examples_are_explained_before_they_are_used(exercise):
    """710, 720 and 740 are numbers of a series: that is said where the first of them stands."""
    cells = [cell.source for cell in source(exercise).cells if cell.id != "explore"]
    first = next(one for one in cells if re.search(r"\b7[1-4]0\b", one))
    assert re.search("series|number 7", first)
