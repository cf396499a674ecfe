"""How far a learner has come: counted from what was found right, with the notebook's own points."""

import pytest

from chainrule.checks import progress
from tests.support import ROOT


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    monkeypatch.setattr(progress, "_right", set())


def so_far():
    return progress.so_far("single_layer", ROOT / "release" / "single_layer")


def test_functions_and_points_are_counted():
    assert so_far() == "0 of 4 functions, 0 of 17 points so far."
    progress.note("single_layer.softmax", right=True)
    progress.note("single_layer.backward", right=True)
    progress.note("multi_layer.forward", right=True)
    assert so_far() == "2 of 4 functions, 9 of 17 points so far."


def test_what_is_not_right_any_more_does_not_count():
    progress.note("single_layer.softmax", right=True)
    progress.note("single_layer.softmax", right=False)
    assert so_far().startswith("0 of 4")


@pytest.mark.parametrize("text", [None, "no notebook", '{"cells": [{}]}', "[]"])
def test_without_a_notebook_nothing_is_said(tmp_path, text):
    if text is not None:
        (tmp_path / "single_layer.ipynb").write_text(text)
    assert progress.so_far("single_layer", tmp_path) == ""
