"""Each way to go wrong has its sentence; messages fit nbgrader's Validate and give nothing away."""

import sys
import warnings

import numpy as np
import pytest

from chainrule import CheckFailed, check
from chainrule.blocks import Code
from chainrule.checks.compare import difference
from chainrule.checks.diagnose import mismatch
from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import WIDTH, plain_text
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes import CATALOGUE
from chainrule.mistakes.variants import right_source
from chainrule.networks.network import TWO_LAYERS
from tests.support.wrong_answers import WRONG, softmax

OUTSIDE = np.ones((1, 3))


def says(question, function):
    with pytest.raises(CheckFailed) as failed:
        check(question, function)
    return str(failed.value)


def not_attempted(*args):
    raise NotImplementedError("not attempted yet")


def in_place(dh, a):
    dh[a <= 0] = 0
    return dh


def with_autograd(dh, a):
    import torch

    a = torch.tensor(a, requires_grad=True)
    torch.relu(a).backward(torch.tensor(dh))
    return a.grad


def from_outside(c):
    return softmax(c + 0 * OUTSIDE.sum())


class Odd:
    def __repr__(self):
        raise RuntimeError("a learner's repr is never called")


SENTENCES = {
    "not attempted": (not_attempted, "not attempted yet. Write softmax above."),
    "None": (lambda c: None, "it returned None: does every way through it end in a return line?"),
    "text": (
        lambda c: "0.5",
        "probs is of type str; it should hold real numbers, of shape (1, 2).",
    ),
    "an object": (lambda c: Odd(), "probs is of type Odd; it should hold real numbers"),
    "complex": (
        lambda c: softmax(c) + 0j,
        "probs is of type array of complex128; it should hold real numbers",
    ),
    "ragged": (lambda c: [[1.0], [1.0, 2.0]], "probs is of type list; it should hold real numbers"),
    "a lost axis": (
        lambda c: softmax(c)[0],
        "shape (2,); it should be (1, 2). The row axis is lost",
    ),
    "transposed": (
        lambda c: softmax(c).T,
        "shape (2, 1); it should be (1, 2). It looks transposed.",
    ),
    "one number": (
        lambda c: 1.0,
        "has shape (); it should be (1, 2). It looks summed over everything",
    ),
    "one number in a row": (
        lambda c: np.ones((1, 1)),
        "has shape (1, 1); it should be (1, 2). It looks summed over the wrong axis.",
    ),
    "too many axes": (lambda c: softmax(c)[None], "It has 3 axes in place of 2."),
    "too many rows": (lambda c: np.ones((4, c.size)), "It has 4 rows in place of 1."),
    "NaN": (lambda c: softmax(c) * np.nan, "probs holds NaN."),
    "infinite": (lambda c: softmax(c) + np.inf, "probs holds an infinite value."),
    "raises": (lambda c: c.softmax(), "it raised AttributeError: 'numpy.ndarray' object has no"),
    "exits": (lambda c: exit(3), "it raised SystemExit: 3"),
    "too few arguments": (lambda: 0, "it raised TypeError:"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_there_is_a_sentence_for(name):
    function, expected = SENTENCES[name]
    message = " ".join(says("single_layer.softmax", function).split())
    assert expected in message, message


def test_a_tuple_is_asked_for_by_name():
    message = " ".join(says("single_layer.backward", lambda x, W, b, y: x).split())
    assert "it returned one ndarray; it should return a tuple: grad_W, grad_b." in message
    message = " ".join(says("single_layer.backward", lambda x, W, b, y: (x, x, x)).split())
    assert "it returned 3 values; it should return 2: grad_W, grad_b." in message


def test_one_row_for_each_input_is_no_bias():
    message = says("single_layer.backward", lambda x, W, b, y: (W, x.T @ (softmax(x @ W + b) - y)))
    assert "grad_b has shape (2, 2); it should be (1, 2)" in " ".join(message.split())
    assert "a bias has a single row" in " ".join(message.split())


def without_a_row_axis(dh, g):
    return dh.T @ g, g.sum(0)


@pytest.mark.parametrize(
    ("question", "function"),
    [
        ("single_layer.softmax", lambda logits: softmax(logits)[0]),
        ("multi_layer.backward_output", without_a_row_axis),
    ],
)
def test_right_numbers_of_a_wrong_shape_are_no_other_mistake(question, function):
    """Some mistakes compute what is right at one example: they are not the reason here."""
    message = says(question, function)
    assert "The row axis is lost: keepdims=True" in message
    assert "mistake" not in message and "One of these" not in message


def test_an_argument_changed_in_place_is_remarked_on_but_right(capsys):
    """As in grading, where no marks are for it; where some are, they are lost."""
    check("multi_layer.backward_relu", in_place)
    message = " ".join(capsys.readouterr().out.split())
    assert "Note: Your function changes its argument grad_hidden_act in place" in message
    with pytest.raises(CheckFailed, match="arguments unchanged"):
        check("update_step.sgd_step", WRONG["update_step.sgd_step"]["U9"][0])


def test_autograd_is_remarked_on_but_right(capsys):
    check("multi_layer.backward_relu", with_autograd)
    assert "Note: this uses autograd." in capsys.readouterr().out


def test_a_name_from_outside_is_remarked_on_but_right(capsys):
    check("single_layer.softmax", from_outside)
    out = capsys.readouterr().out
    assert out.startswith("✓ single_layer.softmax: right.")
    assert "it reads OUTSIDE" not in out  # a constant in capitals is fine


def test_a_lower_case_value_from_outside_is_named(capsys):
    namespace = {"outside": np.zeros(1), "softmax": softmax}
    exec("def answer(c):\n    return softmax(c) + outside[0]", namespace)
    check("single_layer.softmax", namespace["answer"])
    assert "it reads outside from outside the function" in capsys.readouterr().out


def test_an_earlier_function_that_is_none_is_no_name_from_outside():
    namespace = {"backward_logits": 7, "softmax": softmax}
    text = (
        "def backward(x, W, b, one_hot):\n    return backward_logits(softmax(x @ W + b), one_hot)"
    )
    exec(text, namespace)
    assert "from outside" not in says("single_layer.backward", namespace["backward"])


def test_what_is_not_a_function_is_said():
    assert "check needs your function, not a ndarray." in says("single_layer.softmax", np.ones(2))


def test_an_unknown_question_is_said():
    with pytest.raises(ValueError, match=r"no question 'softmax'; there are single_layer.softmax"):
        check("softmax", softmax)


def test_a_right_answer_is_one_line(capsys):
    check("single_layer.softmax", softmax)
    assert capsys.readouterr().out == "✓ single_layer.softmax: right.\n"


def test_the_first_lines_that_a_function_prints_are_shown(capsys):
    def chatty(c):
        for number in range(10_000 if c.max() == 14 else 1):
            print("line", number)
        return softmax(c)

    check("single_layer.softmax", chatty)
    shown = "".join(f"    line {number}\n" for number in range(5))
    assert capsys.readouterr().out == (
        f"✓ single_layer.softmax: right.\nOn the worked example 720 it printed:\n{shown}    ...\n"
    )


def test_what_the_wrong_call_printed_is_shown():
    def chatty(dh, a):
        print("\x1b[31mred\x1b[0m", *("zero" for _ in range(int((a == 0).sum()))))
        return dh * (a >= 0)

    message = says("multi_layer.backward_relu", chatty)
    assert message.endswith(" [31mred [0m zero")


def test_nothing_of_it_reaches_stderr(capsys):
    def chatty(c):
        print("hello", file=sys.stderr)
        warnings.warn("hello", stacklevel=1)
        return softmax(c)

    check("single_layer.softmax", chatty)
    assert capsys.readouterr().err == ""


def test_check_failed_shows_its_message_without_frames():
    with pytest.raises(CheckFailed) as failed:
        check("single_layer.softmax", not_attempted)
    assert failed.value._render_traceback_() == [
        "single_layer.softmax: not attempted yet. Write softmax above."
    ]


def every_message():
    for question, mistakes in WRONG.items():
        for functions in mistakes.values():
            for function in functions:
                asked = QUESTIONS[question]
                yield asked, explain(examine(asked, function, cases(question, (1, 2), True)))


def test_messages_are_narrow_and_never_give_the_formula_away():
    for question, blocks in every_message():
        assert max(map(len, plain_text(blocks).splitlines())) <= WIDTH
        # A learner's own line is shown as typed, whatever it holds.
        message = plain_text(block for block in blocks if not isinstance(block, Code))
        for formula in question.formulas.values():
            if " " in formula:
                assert formula not in message
        for line in right_source(question).splitlines()[1:]:
            assert line.strip() not in message


def test_no_hint_holds_a_right_formula():
    for mistake in CATALOGUE.values():
        for text in (mistake.name, mistake.hint):
            assert not any(formula in text for formula in TWO_LAYERS.values() if " " in formula)
            assert len(text) <= 100


def test_the_entries_that_differ_are_marked():
    message = says("multi_layer.backward_relu", lambda dh, a: dh * (a >= 0))
    yours = next(line for line in message.splitlines() if line.startswith("    yours"))
    assert yours.count("*") == 1


@pytest.mark.parametrize(
    ("error", "sizes"),
    [
        ("matmul: ... (size 1 is different from 3)", ("product", "1", "3")),
        ("shapes (1,3) and (1,4) not aligned: 3 (dim 1) != 1 (dim 0)", ("product", "1", "3")),
        ("mat1 and mat2 shapes cannot be multiplied (1x3 and 1x4)", ("product", "1", "3")),
        ("operands could not be broadcast together with shapes (1,3) (1,4)", None),
        ("The size of tensor a (3) must match the size of tensor b (4) at ...", None),
        ("list index out of range", ()),
    ],
)
def test_sizes_that_do_not_fit_are_read_from_the_message(error, sizes):
    found = mismatch(ValueError(error))
    assert found == sizes if sizes is not None else found[0] == "elementwise"


def test_zero_is_not_accepted_for_a_tiny_true_value():
    """NumPy's own tolerance would take 0 for 1e-9."""
    assert difference(np.zeros((1, 2)), np.array([[1e-9, 0.0]])) is not None


def test_float32_is_compared_as_float32():
    true = np.array([[1.0, 0.5]])
    assert difference((true + 3e-5).astype(np.float32), true) is None
    assert difference(true + 3e-5, true) is not None


def nan_by_dividing(c):
    exps = np.exp(c - c.max())
    return exps / (exps - exps)


def nan_by_logarithm(c, y):
    return -(np.log(softmax(c) * y) * y).sum()


@pytest.mark.parametrize(
    ("question", "function"),
    [
        ("single_layer.softmax", nan_by_dividing),
        ("single_layer.cross_entropy", nan_by_logarithm),
    ],
)
def test_what_is_not_a_number_on_small_logits_is_no_overflow(question, function):
    message = says(question, function)
    assert "holds" in message
    assert "overflow" not in message and "something large" not in message
    # Another change that gives NaN too explains nothing.
    assert "The same numbers come out" not in message
