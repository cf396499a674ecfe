"""The Python class: what is set, said and kept, without a browser."""

import contextlib
import json
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from traitlets import TraitError

from chainrule import Explorer
from chainrule.explorer.presets import PRESETS
from chainrule.networks.network import network


def softmax(logits):
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def gradients(x, W1, b1, W2, b2, one_hot, mask):
    pre = x @ W1 + b1
    act = np.maximum(pre, 0)
    grad_logits = softmax(act @ W2 + b2) - one_hot
    grad_pre = grad_logits @ W2.T * mask(pre)
    return x.T @ grad_pre, grad_pre, act.T @ grad_logits, grad_logits


def backward(x, W1, b1, W2, b2, one_hot):
    return gradients(x, W1, b1, W2, b2, one_hot, mask=lambda pre: pre > 0)


def without_mask(x, W1, b1, W2, b2, one_hot):
    return gradients(x, W1, b1, W2, b2, one_hot, mask=np.ones_like)


@pytest.mark.parametrize("name", PRESETS)
def test_values_are_those_of_torch(name):
    explorer = Explorer(name)
    values, truth = explorer.values(), explorer.reference()
    for key, value in truth.items():
        np.testing.assert_allclose(values[key], value, rtol=1e-9, atol=1e-12)


def test_presets_are_what_their_names_say():
    values = {name: Explorer(name).values() for name in PRESETS}
    assert values["740"]["probs"].min() < 1e-20
    assert values["small"]["probs"].min() > 0.1
    assert (values["dead_relu"]["hidden_pre"] < 0).sum() == 1
    assert (values["zero_pre_activation"]["hidden_pre"] == 0).sum() == 1
    twins = Explorer("identical_units")
    twins.step(5)
    W1 = twins.values()["W1"]
    assert (W1[:, 0] == W1[:, 1]).all() and twins.history


def test_a_representation_is_stable():
    assert repr(Explorer("740")) == "Explorer(2-2-2, class 1, phase 'loss', loss 58)"
    assert "loss ?" in repr(Explorer("740", hidden=["loss"]))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("target", "one", "target is one, the classes are 0 to 1"),
        ("target", 2, "target is 2, the classes are 0 to 1"),
        ("x", [[1, 2, 3]], "W has 2 rows, expected 3"),
        ("x", [np.nan, 1], "x[0,0] is not a finite number"),
        ("x", "words", "x is not an array of rows of numbers"),
        ("parameters", 3, "parameters must be 2 or 4 arrays, not 3"),
        ("learning_rate", 0, "learning_rate is 0, it must be above 0"),
        ("learning_rate", "fast", "learning_rate is fast, it must be above 0"),
        ("phase", "grad_W1", "phase is 'grad_W1', it must be one of x, logits"),
        ("selection", "W[2,0]", "selection is 'W[2,0]', there is no such entry"),
        ("hidden", ["grad_W9"], "hidden names 'grad_W9'"),
        ("hidden", ["W"], "hidden names 'W', which is no computed value"),
        ("font_scale", 9, "font_scale"),
        ("pinned", ["b[0,0]"], "pinned names 'b[0,0]', which is no weight's entry"),
        ("pinned", ["W[0,9]"], "pinned names 'W[0,9]', which is no weight's entry"),
        ("mode", "guess", "mode"),
    ],
)
def test_what_does_not_fit_is_refused(name, value, message):
    explorer = Explorer("720")
    before = explorer.get_state()
    with pytest.raises(TraitError) as raised:
        setattr(explorer, name, value)
    assert message in str(raised.value)
    assert explorer.get_state() == before


def test_unknown_presets_and_what_is_too_large_are_refused():
    with pytest.raises(ValueError, match="no preset 'nine'; there are 720, 710"):
        Explorer("nine")
    with pytest.raises(ValueError, match="x has 25 rows, at most 24 are shown"):
        Explorer(network([[1]] * 25, [0] * 25, [[1, 2]], [0, 0]))
    with pytest.raises(ValueError, match="at most 6"):
        Explorer(network([[1]], [0], [[1] * 7], [0] * 7))


def test_arrays_and_tensors_are_taken():
    explorer = Explorer("720")
    explorer.x = np.array([1.0, 2.0])
    explorer.parameters = (torch.eye(2, dtype=torch.float64), np.zeros(2))
    np.testing.assert_array_equal(explorer.values()["logits"], [[1, 2]])
    assert explorer.parameters == [[[1, 0], [0, 1]], [[0, 0]]]


def test_steps_are_those_of_the_series():
    explorer = Explorer("740")
    explorer.step()
    explorer.step(2)
    losses = [loss for entry in explorer.history for loss in entry["losses"]]
    np.testing.assert_allclose([*losses, explorer.values()["loss"]], [58, 20.1, 0.068, 0.02], 0.02)
    assert [entry["label"] for entry in explorer.history] == ["1 update", "2 updates"]


def test_everything_is_undone_in_order():
    explorer = Explorer("720")
    states = [explorer.network.trace()["loss"]]
    explorer.step()
    states.append(explorer.network.trace()["loss"])
    explorer.x = [[1, 1]]
    states.append(explorer.network.trace()["loss"])
    explorer.target = 1
    explorer.learning_rate = 0.5
    assert explorer.history[-1]["losses"] == []
    states.append(explorer.network.trace()["loss"])
    for loss in reversed(states):
        explorer.undo()
        assert explorer.network.trace()["loss"] == loss
    explorer.undo()
    assert explorer.history == []


def test_a_change_of_the_page_keeps_its_own_history():
    explorer = Explorer("720")
    entry = {"label": "x[0,0]", "losses": [1.0], "numbers": {}}
    explorer.set_state({"x": [[9, -2]], "history": [entry]})
    assert explorer.x == [[9, -2]] and len(explorer.history) == 1


def test_reset_and_load_begin_anew():
    explorer = Explorer("720", phase="grad_W")
    explorer.selection = "W[1,1]"
    explorer.step(3)
    explorer.reset()
    assert explorer.parameters == Explorer("720").parameters and explorer.history == []
    explorer.load("wide")
    assert (explorer.phase, explorer.selection) == ("loss", "")
    assert repr(explorer).startswith("Explorer(3-4-3")


def test_pinned_weights_go_with_their_network():
    explorer = Explorer("740")
    explorer.pinned = ["W1[0,0]", "W1[0,1]", "W1[1,0]", "W1[1,1]", "W2[0,0]"]
    assert explorer.pinned == ["W1[0,1]", "W1[1,0]", "W1[1,1]", "W2[0,0]"]
    explorer.load("720")
    assert explorer.pinned == []


def test_a_step_out_of_range_changes_nothing():
    explorer = Explorer("720", learning_rate=1000)
    explorer.x = [[900_000, 1]]
    before = explorer.get_state()
    with pytest.raises(ValueError, match=r"The step is too long: W\[0,0\] is"):
        explorer.step()
    assert explorer.get_state() == before
    with pytest.raises(ValueError, match="n is 0"):
        explorer.step(0)


def test_steps_with_ones_own_gradients():
    explorer, truth = Explorer("small"), Explorer("small")
    explorer.step(3, backward)
    truth.step(3)
    np.testing.assert_allclose(explorer.values()["W1"], truth.values()["W1"])
    explorer.step(1, lambda *given: [-gradient for gradient in backward(*given)])
    assert explorer.values()["loss"] > truth.values()["loss"]
    with pytest.raises(ValueError, match="it raised ZeroDivisionError"):
        explorer.step(1, lambda *_: 1 / 0)
    with pytest.raises(ValueError, match="grad_W1 has shape"):
        explorer.step(1, lambda *_: (np.ones(3),) * 4)


def test_a_right_function_is_marked_right():
    explorer = Explorer("small")
    explorer.check(backward)
    assert explorer.marks["message"] == "backward: 12 of 12 entries are right."
    assert explorer.phase == "grad_b1"


def test_a_mistake_is_marked_by_entry_and_named():
    explorer = Explorer("dead_relu")
    explorer.check(without_mask)
    assert explorer.marks["right"]["grad_W1"] == [[True, False], [True, False]]
    assert "9 of 12 entries are right. The mistake: no ReLU mask." in explorer.marks["message"]


def test_a_mistake_that_these_numbers_hide_is_still_named():
    explorer = Explorer("740")
    explorer.check(without_mask)
    message = explorer.marks["message"]
    assert "12 of 12 entries are right. With other numbers it is not right." in message
    assert "no ReLU mask" in message


def test_marks_follow_the_numbers():
    explorer = Explorer("small")
    explorer.check(without_mask)
    assert "12 of 12" in explorer.marks["message"]
    explorer.parameters = Explorer("dead_relu").parameters
    assert "9 of 12" in explorer.marks["message"]
    explorer.load("720")
    assert explorer.marks == {}


def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * (hidden_pre >= 0)


def test_any_function_of_the_exercise_is_marked():
    explorer = Explorer("zero_pre_activation")
    explorer.check(backward_relu)
    assert explorer.marks["right"]["grad_hidden_pre"] == [[True, False]]
    assert "slope 1 at a pre-activation of 0" in explorer.marks["message"]


def forever(*_):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda *_: None, "<lambda>: it returned None"),
        (lambda *_: 1 / 0, "<lambda>: it raised ZeroDivisionError: division by zero"),
        (lambda *_: (np.ones(2),) * 4, "grad_W1 has shape (2,); it should be (2, 2)."),
        (lambda *_: 3, "<lambda>: it returned one int; it should return a tuple"),
        (lambda *_: ("a",) * 4, "grad_W1 is of type str"),
        (lambda *_: exit(), "<lambda>: it raised SystemExit"),
        (lambda *_: (np.full((2, 2), np.nan),) * 4, "0 of 8 entries are right"),
        (forever, "forever: it did not return within 2 s"),
    ],
)
def test_a_function_that_fails_is_one_line(function, message):
    explorer = Explorer("small")
    out, err = sys.stdout, sys.stderr
    explorer.check(function)
    assert message in explorer.marks["message"] and "\n" not in explorer.marks["message"]
    assert (sys.stdout, sys.stderr) == (out, err)
    json.dumps(explorer.marks, allow_nan=False)
    explorer.check(backward)
    assert "12 of 12" in explorer.marks["message"]


def test_a_late_function_is_not_run_again():
    explorer = Explorer("small")
    explorer.check(forever)
    before = explorer.marks
    explorer.target = 0
    assert explorer.marks == before


def test_check_needs_a_function():
    with pytest.raises(TypeError, match="check needs your function, not a tuple"):
        Explorer("small").check(backward(*_arguments()))


def _arguments():
    values = Explorer("small").values()
    return [values[name] for name in ("x", "W1", "b1", "W2", "b2", "one_hot")]


def test_guesses_are_asked_for_anew_with_other_numbers():
    explorer = Explorer("720", hidden=["loss"])
    assert explorer.mode == "predict"
    explorer.guesses = {"loss": 10.0}
    explorer.x = [[1, 1]]
    assert explorer.guesses == {}


def test_an_explorer_does_without_torch():
    code = (
        "import sys; from chainrule import Explorer; e = Explorer('740'); e.step(); repr(e);"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("False", "")
