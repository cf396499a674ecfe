"""A definition that does not hold: one line for each fault, with file, line, and the mend."""

from pathlib import Path

import pytest

from chainrule.checks.trial import what_is_wrong
from chainrule.course.definitions import NoDefinition, try_definition
from chainrule.exercises import own
from tests.support.own_exercises import REGRESSION

PATH = Path("source/regression/exercise.py")
OWN_MISTAKE = 'name="regression",\n    mistakes=({}),'
CHANGES = {
    "a syntax error": (
        '"pred": "x @ W + b",', '"pred": "x @ W + b"', "Python cannot read this line (",
    ),
    "an exception": ("    forward=forward,", "    forward=forwards,", "NameError: name 'forwards'"),
    "no exercise": ("EXERCISE = Exercise(", "Regression = Exercise(", "it defines no EXERCISE."),
    "another name": ('name="regression"', 'name="regresion"', "They must be the same"),
    "a name twice": (
        '        asks("mse", "pred, target", "loss"),',
        '        asks("predict", "x, W, b", "pred"),',
        "predict is asked 2 times. Ask for it once.",
    ),
    "a formula twice": (
        '"loss": "((pred - target) ** 2).mean()"',
        '"pred": "x @ W + 2 * b"',
        "'pred' stands here twice, of which Python keeps the last one.",
    ),
    "an axis": ('"W": "D C"', '"W": "D C!"', "the shape of W: 'C!' is neither a letter nor"),
    "numbers": ('"W": "D C"', '"W": "D C: smal"', "the shape of W: 'smal' is no kind of numbers"),
    "a shape that does not fit": ('"W": "D C"', '"W": "C D"', "forward fails where N = "),
    "an argument without a shape": (
        '"b": "1 C", ', "", "forward takes b, which has no shape. Add it to shapes.",
    ),
    "a formula that cannot be read": (
        '"x @ W + b"', '"x @ W +"', "the formula of pred cannot be read (",
    ),
    "a result without a formula": (
        '"grad_W, grad_b"', '"grad_W, grad_c"', "backward returns grad_c, and no formula gives it.",
    ),
    "a name that no formula gives": (
        '"x.T @ grad_pred"', '"x.T @ grad_prod"', "need grad_prod, which is neither an argument",
    ),
    "a result that forward does not give": (
        '"pred": pred, ', "", "predict returns pred, which is not in shapes, and forward does not",
    ),
    "a wrong right answer": (
        '"2 * (pred - target) / pred.size"',
        '"2 * (pred - target) / len(pred)"',
        "the formula of grad_pred is not what torch gives: ",
    ),
    "a wrong right answer that torch has no name for": (
        '"grad_W": "x.T @ grad_pred"', '"grad_W": "-x.T @ grad_pred"', "the formula of grad_W is",
    ),
    "an earlier function that is not asked": (
        'earlier="predict"', 'earlier="prdict"', "backward builds on prdict, which is not asked",
    ),
    "a mistake that never shows": (
        'name="regression",',
        OWN_MISTAKE.format('Mistake("M", "no slip", "?", ({"pred": "b + x @ W"},)),'),
        "the mistake 'no slip' never shows: it gives right numbers.",
    ),
    "a mistake that fits nowhere": (
        'name="regression",',
        OWN_MISTAKE.format('Mistake("M", "lost", "?", ({"grad_V": "x"},)),'),
        "the mistake 'lost' fits nowhere. Change its formula, or leave it out.",
    ),
    "a property of another result": (
        '"pred, target", "loss"',
        '"pred, target", "loss", Property("value", ("cost",))',
        "'value' marks cost, which mse does not return; it returns loss.",
    ),
    "a kind of case that there is not": (
        '"pred, target", "loss"',
        '"pred, target", "loss", Property("far", ("loss",), "far away")',
        "'far' is asked on 'far away', which is no special case.",
    ),
}  # fmt: skip


def faults(text):
    try:
        exercise = own.load(text, str(PATH))
    except own.BadExercise as error:
        return [error]
    return what_is_wrong(exercise, text, PATH)


# Seen where the name is used, and not where the change was made.
ELSEWHERE = {
    "no exercise": 27,  # the last line
    "a shape that does not fit": 7,  # the line of forward that fails
    "an argument without a shape": 6,  # forward, which takes it
    "a result that forward does not give": 23,  # who asks for it
}


@pytest.mark.parametrize("what", CHANGES)
def test_one_line_says_file_line_and_mend(what):
    old, new, said = CHANGES[what]
    text = REGRESSION.definition.replace("Exercise, asks", "Exercise, Mistake, Property, asks", 1)
    before, found, after = text.partition(old)
    assert found
    (first, *others) = faults(f"{before}{new}{after}")
    for fault in map(str, (first, *others)):
        assert fault.startswith(f"{PATH}:") and "\n" not in fault, fault
    assert said in str(first)
    last = before.count("\n") + 1 + new.count("\n")
    # Python sees that a comma is missing on the next line.
    assert first.line in (ELSEWHERE.get(what, last), last + 1 if what == "a syntax error" else last)


def test_a_definition_is_looked_for_where_it_should_be(tmp_path):
    with pytest.raises(NoDefinition, match="`chainrule new-exercise lost` makes one"):
        try_definition(tmp_path, "lost", messages=False)
    (tmp_path / "source/other").mkdir(parents=True)
    (tmp_path / "source/other/exercise.py").write_text("print('something else')\n")
    with pytest.raises(NoDefinition, match=r"imports no chainrule\.exercises"):
        try_definition(tmp_path, "other", messages=False)
