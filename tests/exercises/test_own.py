"""An exercise of a kind that nobody here has thought of, in the form: all follows from its file."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from chainrule import CheckFailed, check
from chainrule.checks import to_release
from chainrule.checks.examine import examine
from chainrule.checks.trial import RIGHT_SEEDS, what_is_wrong
from chainrule.exercises import own, released
from chainrule.exercises.cases import VISIBLE_SEEDS
from chainrule.mistakes.shown import NotRecorded, cases_of, marked_variants, shows
from chainrule.mistakes.variants import right_function
from tests.support.own_exercises import ALL, REGRESSION

QUESTIONS = [
    pytest.param(one, function, id=f"{one.name}.{function}")
    for one in ALL
    for function in one.wrong
]


def typed(one, function, expression):
    """A learner's function that returns this."""
    arguments = ", ".join(own.load(one.definition).question(function).arguments)
    namespace = {"np": np}
    exec(f"{one.known}\ndef answer({arguments}):\n    return {expression}\n", namespace)
    return namespace["answer"]


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
def test_a_sound_definition_has_no_fault(one, tmp_path):
    path = tmp_path / one.name / own.DEFINITION
    assert what_is_wrong(own.load(one.definition), one.definition, path) == []


@pytest.mark.parametrize(("one", "function"), QUESTIONS)
def test_the_right_answer_is_right_on_many_seeds(one, function):
    question = own.load(one.definition).question(function)
    cases = cases_of(question, RIGHT_SEEDS, False)
    assert examine(question, right_function(question), cases).right


def test_most_of_the_obvious_mistakes_are_named_though_nobody_wrote_them_down():
    named, missed = 0, []
    for one in ALL:
        exercise = own.load(one.definition)
        assert exercise.mistakes == ()
        for function, expressions in one.wrong.items():
            question = exercise.question(function)
            for expression in expressions:
                answer = typed(one, function, expression)
                examined = examine(question, answer, cases_of(question, VISIBLE_SEEDS, True))
                assert not examined.right, expression
                named += bool(examined.mistakes)
                missed += [] if examined.mistakes else [(one.name, function, expression)]
    assert named >= 0.8 * (named + len(missed)), missed


@pytest.mark.parametrize(("one", "function"), QUESTIONS)
def test_a_release_says_what_the_definition_says(one, function, tmp_path, monkeypatch):
    """The same verdict and the same names, from data alone."""
    question = own.load(one.definition).question(function)
    text = to_release.release_of(own.load(one.definition), one.definition)
    (tmp_path / own.RELEASED).write_text(text)
    kept = released.at_hand(tmp_path).question(function)
    answers = [right_function(question)]
    answers += [typed(one, function, expression) for expression in one.wrong[function]]
    for answer in answers:
        whole = examine(question, answer, cases_of(question, VISIBLE_SEEDS, True))
        alone = examine(kept, answer, cases_of(kept, VISIBLE_SEEDS, True))
        assert alone.right == whole.right
        assert bool(alone.mistakes) == bool(whole.mistakes)
        if len(whole.mistakes) == 1:
            assert {m.name for m in alone.mistakes} == {m.name for m in whole.mistakes}


def test_a_release_holds_no_right_formula():
    exercise = own.load(REGRESSION.definition)
    text = to_release.release_of(exercise, REGRESSION.definition)
    about = json.loads(text)
    for formula in exercise.formulas.values():
        assert formula not in text
    assert "forward" not in text and about["exercise"] == "regression"


def test_hidden_cases_are_not_in_a_release(tmp_path):
    text = to_release.release_of(own.load(REGRESSION.definition), REGRESSION.definition)
    (tmp_path / own.RELEASED).write_text(text)
    question = released.at_hand(tmp_path).question("mse")
    with pytest.raises(NotRecorded, match=r"hidden cases need the instructor's own exercise\.py"):
        cases_of(question, (7, 8), False)


def test_a_check_finds_what_lies_beside_the_notebook(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    right = typed(REGRESSION, "mse", "((pred - target) ** 2).mean()")
    with pytest.raises(ValueError, match=r"exercise\.py or\s+exercise\.json\s+must be in"):
        check("regression.mse", right)
    (tmp_path / own.DEFINITION).write_text(REGRESSION.definition)
    check("regression.mse", right)
    text = to_release.release_of(own.load(REGRESSION.definition), REGRESSION.definition)
    (tmp_path / own.DEFINITION).unlink()
    (tmp_path / own.RELEASED).write_text(text)
    check("regression.mse", right)
    assert capsys.readouterr().out == "✓ regression.mse: right.\n" * 2
    wrong = typed(REGRESSION, "mse", "((pred - target) ** 2).sum()")
    with pytest.raises(CheckFailed, match="sum where mean belongs, in loss"):
        check("regression.mse", wrong)
    with pytest.raises(ValueError, match=r"no question\s+'regression\.sme'; there\s+are"):
        check("regression.sme", wrong)


def test_a_file_of_another_kind_is_left_alone(tmp_path):
    (tmp_path / own.DEFINITION).write_text("raise SystemExit('a helper of the notebook')\n")
    (tmp_path / own.RELEASED).write_text('{"questions": "of another program"}')
    assert own.at_hand(tmp_path) is None
    assert released.at_hand(tmp_path) is None


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
@pytest.mark.parametrize("seed", [3, 40, 500])
def test_every_mistake_that_costs_marks_shows_on_any_seed(one, seed):
    for question in own.load(one.definition).questions:
        cases = cases_of(question, (seed,), False)
        for variant in marked_variants(question):
            assert any(shows(variant.function, case) for case in cases), variant.mistake.name


def test_a_check_of_a_release_needs_no_torch(tmp_path):
    text = to_release.release_of(own.load(REGRESSION.definition), REGRESSION.definition)
    (tmp_path / own.RELEASED).write_text(text)
    code = (
        "import sys\nfrom chainrule import check\n"
        "check('regression.predict', lambda x, W, b: x @ W + b)\n"
        "try:\n    check('regression.predict', lambda x, W, b: x @ W)\n"
        "except Exception as error:\n    print(error)\n"
        "print('torch' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "b left out, in pred" in done.stdout and done.stdout.endswith("False\n")


def alike(one, other):
    """The same, but for the last digits, in which machines differ."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == (pytest.approx(other, rel=1e-9) if isinstance(one, float) else other)


def test_the_visible_cases_of_this_course_are_up_to_date():
    made = to_release.visible_of_this_course()
    assert set(made) == set(released.VISIBLE.glob("*.json"))
    for path, text in made.items():
        kept = json.loads(path.read_text())
        assert alike(kept, json.loads(text)), f"{path.name} is stale: run `make visible`"


@pytest.mark.parametrize("name", ["single_layer.softmax", "multi_layer.backward"])
def test_a_visible_check_of_this_course_needs_no_torch(name):
    code = (
        "import sys\nfrom chainrule.exercises.questions import QUESTIONS\n"
        "from chainrule.mistakes.variants import right_function\nfrom chainrule import check\n"
        f"check({name!r}, right_function(QUESTIONS[{name!r}]))\nprint('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == f"✓ {name}: right.\nFalse\n", done.stderr
