"""Every mistake of the catalogue loses marks and is named; worked examples hide some of them."""

import numpy as np
import pytest

from chainrule.checks.attempt import attempt
from chainrule.checks.compare import difference
from chainrule.exercises.cases import VISIBLE_SEEDS, Case
from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes import CATALOGUE
from chainrule.mistakes.shown import marked_variants
from chainrule.mistakes.variants import right_source
from chainrule.networks.formulas import MissingName, compiled, evaluate
from chainrule.networks.network import TWO_LAYERS, WORKED_EXAMPLES, network
from chainrule.networks.reference import trace
from tests.support.outcomes import HIDDEN_SEEDS, outcome, typed_by_hand, typed_by_the_catalogue
from tests.support.wrong_answers import ALIKE, WRONG

BY_HAND = [
    pytest.param(typed, id=f"{typed.question}-{typed.mistake}-{number}")
    for number, typed in enumerate(typed_by_hand())
]


@pytest.mark.parametrize("seeds", [VISIBLE_SEEDS, HIDDEN_SEEDS], ids=["visible", "hidden"])
@pytest.mark.parametrize("typed", BY_HAND)
def test_a_mistake_loses_marks_and_is_named(typed, seeds):
    lost, named = outcome(typed, seeds)
    assert lost
    assert named == ALIKE.get(typed.question, {}).get(typed.mistake, {typed.mistake})


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_costs_marks_was_typed_by_hand_too(question):
    """What the catalogue types, run: the rest of it computes what is right."""
    losing = {one.mistake for one in typed_by_the_catalogue(question) if outcome(one).lost}
    assert losing == {variant.mistake.id for variant in marked_variants(QUESTIONS[question])}
    assert losing == set(WRONG[question])


BATCH = network(
    [[1, 2], [-1, 1], [2, -1]],
    [2, 0, 3],
    [[1, -1], [0.5, 1]],
    [0, -1],
    [[0.5, -0.5, 0.25, 0], [-0.25, 0.5, 0.5, -0.5]],
    [0.1, 0, -0.1, 0.2],
)
GRADIENTS = ("grad_W1", "grad_b1", "grad_W2", "grad_b2")
FORMULAS = [name for name in CATALOGUE if name[0] in "ABCDEFG"]


def _mistaken(name, net):
    """All four gradients with the mistake in its plainest form, or the exception."""
    given = net.given
    for variant in CATALOGUE[name].variants:
        try:
            return evaluate({**TWO_LAYERS, **variant}, given, GRADIENTS)
        except MissingName:
            continue
        except ValueError as error:
            return error
    raise AssertionError(name)


def test_all_39_formulas_show_on_the_hand_sized_batch_and_no_two_agree():
    truth = trace(BATCH)
    found = {name: _mistaken(name, BATCH) for name in FORMULAS}
    raised = {name for name, values in found.items() if isinstance(values, Exception)}
    assert len(found) == 39
    assert raised == {"B3", "B4", "C1", "C2"}
    values = {
        name: np.concatenate([np.ravel(result[grad]) for grad in GRADIENTS])
        for name, result in found.items()
        if name not in raised
    }
    values["right"] = np.concatenate([truth[grad].ravel() for grad in GRADIENTS])
    names = list(values)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            alike = values[one].shape == values[other].shape and np.allclose(
                values[one], values[other], rtol=1e-6, atol=1e-12
            )
            assert not alike, (one, other)


def test_14_of_them_hide_from_the_worked_example_740():
    net = WORKED_EXAMPLES["740"]
    truth, hidden = trace(net), []
    for name in FORMULAS:
        values = _mistaken(name, net)
        if isinstance(values, Exception):
            continue
        if all(difference(values[grad], truth[grad]) is None for grad in GRADIENTS):
            hidden.append(name)
    assert len(hidden) == 14, hidden


@pytest.mark.parametrize("name", [name for name in QUESTIONS if "update_step" not in name])
def test_the_right_sources_are_right_on_the_batch_too(name):
    """The right formulas serve batches as well, against torch; an update knows no examples."""
    question = QUESTIONS[name]
    net = WORKED_EXAMPLES["730"] if question.exercise == "single_layer" else BATCH
    truth = trace(net)
    arguments = {argument: truth[argument] for argument in question.arguments}
    expected = {result: truth[result] for result in question.result_names}
    case = Case("fresh", "", arguments, question.results, expected)
    tried = attempt(compiled(right_source(question), question.function), case)
    for result, true in expected.items():
        assert difference(tried.results[result], true) is None
