"""The page and Python have the same rules, in the same words, and the same order of phases."""

from typing import Any

import numpy as np
import pytest

from chainrule import Explorer
from chainrule.explorer.numbers import network_of, numbers_of, tidy
from chainrule.explorer.phases import ONE_LAYER, TWO_LAYERS
from chainrule.explorer.presets import PRESETS, beginning
from chainrule.networks.network import ACTIVATIONS, WORKED_EXAMPLES
from tests.support.nodejs import node

ONE = numbers_of(WORKED_EXAMPLES["720"], 0.01)
TWO = numbers_of(WORKED_EXAMPLES["740"], 0.01)
W, B = ONE["parameters"]

BAD: dict[str, dict[str, Any]] = {
    "parameters must be 2 or 4 arrays, not 3": ONE | {"parameters": [W, B, W]},
    "W has 2 rows, expected 3": ONE | {"x": [[1, 2, 3]]},
    "target has length 1, x has 2 rows": ONE | {"x": [[1, 2], [3, 4]]},
    "target has length 2, x has 1 rows": ONE | {"target": [0, 1]},
    "target[1] is 2, the classes are 0 to 1": ONE | {"x": [[1, 2], [3, 4]], "target": [0, 2]},
    "x has 25 rows, at most 24 are shown": ONE | {"x": [[1, 2]] * 25, "target": [0] * 25},
    "b has 2 rows, expected 1": ONE | {"parameters": [W, B * 2]},
    "row 1 of W has 1 numbers, row 0 has 2": ONE | {"parameters": [[[1, 2], [3]], B]},
    "b has 3 numbers, expected 2": ONE | {"parameters": [W, [[1, 2, 3]]]},
    "W1 has 3 rows, expected 2": TWO | {"parameters": [[[1]] * 3, [[1]], [[1, 2]], [[1, 2]]]},
    "W[0,1] is not a finite number": ONE | {"parameters": [[[1, None], [2, 1]], B]},
    "x[0,0] is 2000000, the largest size is 1000000": ONE | {"x": [[2_000_000, 1]]},
    "x has 7 columns, at most 6 are shown": ONE | {"x": [[1] * 7], "parameters": [[[1, 2]] * 7, B]},
    "x is not an array of rows of numbers": ONE | {"x": []},
    "target is 2, the classes are 0 to 1": ONE | {"target": 2},
    "target is -1, the classes are 0 to 1": ONE | {"target": -1},
    "target is 0.5, the classes are 0 to 1": ONE | {"target": 0.5},
    "learning_rate is 0, it must be above 0 and at most 1000": ONE | {"learning_rate": 0},
    "learning_rate is 2000, it must be above 0 and at most 1000": ONE | {"learning_rate": 2000},
    "activation is step, it must be one of relu, sigmoid, tanh, leaky_relu": TWO
    | {"activation": "step"},
}


@pytest.mark.parametrize("message", BAD)
def test_python_says_what_is_wrong(message: str) -> None:
    with pytest.raises(ValueError) as raised:
        tidy(BAD[message])
    assert str(raised.value) == message


def test_the_page_says_the_same() -> None:
    said = node("return given.map(page.problem);", list(BAD.values()))
    assert said == list(BAD)


def test_the_page_finds_nothing_wrong_with_the_presets() -> None:
    good = [numbers_of(preset.network, preset.learning_rate) for preset in PRESETS.values()]
    assert node("return given.map(page.problem);", good) == [""] * len(good)


def test_phases_are_the_same() -> None:
    assert node("return [page.phases(1), page.phases(2)];") == [list(ONE_LAYER), list(TWO_LAYERS)]


def test_actions_change_the_same_in_the_page_and_in_python() -> None:
    explorer = Explorer("740", phase="grad_W1", hidden=["grad_W1", "loss"])
    explorer.selection = "W1[1,0]"
    start = explorer._state()
    explorer.step(3)
    explorer.undo()
    explorer.step()
    explorer.step(2)
    seen = [explorer._state()]
    explorer.reset()
    seen.append(explorer._state())
    explorer.load("720")
    seen.append(explorer._state())
    pages = node(
        """
        const seen = [];
        let state = given;
        const act = (make) => { state = { ...state, ...make(state) }; };
        act((s) => page.step(s, 3)); act(page.undo);
        act((s) => page.step(s)); act((s) => page.step(s, 2));
        seen.push(state); act(page.reset);
        seen.push(state); act((s) => page.load(s, "720"));
        seen.push(state);
        return seen;
        """,
        start,
    )
    for name in (
        "phase",
        "selection",
        "hidden",
        "mode",
        "target",
        "learning_rate",
        "_start",
        "marks",
    ):
        assert [state[name] for state in pages] == [state[name] for state in seen], name
    for page_state, state in zip(pages, seen, strict=True):
        for one, other in zip(page_state["parameters"], state["parameters"], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        labels = [[entry["label"] for entry in s["history"]] for s in (page_state, state)]
        assert labels[0] == labels[1]
        losses = [[x for e in s["history"] for x in e["losses"]] for s in (page_state, state)]
        np.testing.assert_allclose(losses[0], losses[1], rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "activation"),
    [*((name, None) for name in PRESETS), *(("wide", name) for name in ACTIVATIONS)],
)
def test_each_formula_gives_its_value(name: str, activation: str | None) -> None:
    """The numbers put into a formula, calculated as it is written, are the entry's value.

    Also where a batch is large, and all but some of its examples are put together.
    """
    numbers: dict[str, Any] = {**beginning(name, activation=activation), "example": 0}
    formulas = node(
        """
        const values = page.trace(given);
        const put = (token) => token === "η" ? given.learning_rate
          : page.isRest(token) ? page.restOf(token, state, values)
          : page.isEntry(token) ? page.lookUp(values, token) : token;
        const state = { ...given, phase: "update" };
        const one = (id) => [id, page.lookUp(values, id), page.tokens(id, state).map(put)];
        return Object.entries(values)
          .filter(([name]) => !["one_hot", "log_probs"].includes(name))
          .flatMap(([name, array]) => name === "loss" ? ["loss"] : page.entries(name, array))
          .map(one);
        """,
        numbers,
    )
    after = {
        f"{name}[{i},{j}]": value
        for name, array in _updated(numbers).items()
        for (i, j), value in np.ndenumerate(array)
    }
    names = {"exp": np.exp, "log": np.log, "max": max, "tanh": np.tanh}
    seen = set()
    for entry, value, tokens in formulas:
        if not tokens:
            assert entry.startswith("x[")
            continue
        text = "".join(f"({t!r})" if isinstance(t, int | float) else t for t in tokens)
        text = text.replace("−", "-").replace("·", "*").replace("²", "**2")
        calculated = float(eval(text, {}, names))
        assert calculated == pytest.approx(after.get(entry, value), rel=1e-9, abs=1e-12), entry
        seen.add(entry.partition("[")[0])
    slope = numbers["activation"] != "relu"
    assert len(seen) == (8 if len(numbers["parameters"]) == 2 else 16 + slope)


def test_a_parameter_has_no_formula_before_the_update() -> None:
    numbers = numbers_of(PRESETS["740"].network, 0.01) | {"selection": "W1[0,0]", "phase": "x"}
    about, tokens = node(
        "const id = page.subject(given); return [id, page.tokens(id, given)];", numbers
    )
    assert (about, tokens) == ("W1[0,0]", [])


def _updated(numbers: Any) -> dict[str, np.ndarray]:
    example = network_of(numbers)
    values = example.trace()
    rate = numbers["learning_rate"]
    return {name: values[name] - rate * values[f"grad_{name}"] for name in example.names}
