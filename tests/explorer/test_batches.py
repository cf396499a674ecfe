"""Several examples at once: the strip, sums, the plane of two features, and other activations."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from traitlets import TraitError

from chainrule import Explorer
from chainrule.explorer.marks import question
from chainrule.explorer.presets import PRESETS
from chainrule.networks.network import ACTIVATIONS
from tests.support.nodejs import node


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def value(page: Any, entry: str) -> Any:
    places = ".units .value", ".units input", ".matrices .value", ".matrices input"
    return page.locator(",".join(f'{place}[data-entry="{entry}"]' for place in places))


# In Python


def test_a_batch_begins_with_all_and_shows_one_or_all() -> None:
    explorer = Explorer("730")
    assert explorer.example == "all" and explorer.target == [1, 0]
    explorer.example = 1
    with pytest.raises(TraitError, match='example is 2, it must be 0 to 1, or "all"'):
        explorer.example = 2
    explorer.load("720")
    assert (explorer.example, explorer.target) == (0, 0)
    assert Explorer("750", example=0).example == 0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_steps_of_a_batch_are_those_of_torch(activation: str) -> None:
    explorer = Explorer("corners", activation=activation)
    leaves = [torch.tensor(one, dtype=torch.float64) for one in explorer.parameters]
    leaves = [leaf.requires_grad_() for leaf in leaves]
    optimizer = torch.optim.SGD(leaves, lr=explorer.learning_rate)
    x, target = torch.tensor(explorer.x, dtype=torch.float64), torch.tensor(explorer.target)
    function: Any = getattr(torch.nn.functional, activation)
    for _ in range(5):
        optimizer.zero_grad()
        logits = function(x @ leaves[0] + leaves[1]) @ leaves[2] + leaves[3]
        torch.nn.functional.cross_entropy(logits, target).backward()
        optimizer.step()
    state = explorer._state()
    explorer.step(5)
    there = node("return page.step(given, 5).parameters;", state)
    for mine, page, leaf in zip(explorer.parameters, there, leaves, strict=True):
        np.testing.assert_allclose(mine, leaf.detach().numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(page, leaf.detach().numpy(), rtol=1e-9, atol=1e-12)


def bias_too_long(x: Any, W: Any, b: Any, one_hot: Any) -> Any:
    """The mean is taken for the weights, and forgotten for the bias."""
    logits = x @ W + b
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    grad_logits = exps / exps.sum(axis=1, keepdims=True) - one_hot
    return x.T @ grad_logits / len(x), grad_logits.sum(axis=0, keepdims=True)


def test_what_only_several_examples_show_is_marked() -> None:
    explorer = Explorer("groups")
    explorer.check(bias_too_long)
    assert explorer.marks["right"] == {"grad_W": [[True] * 3] * 2, "grad_b": [[False] * 3]}
    assert explorer.marks["message"].startswith("bias_too_long: 6 of 9 entries are right.")
    assert question("backward", explorer.network).name == "batches.backward"


def test_the_function_of_the_exercise_about_activations_is_marked() -> None:
    def backward(x: Any, W2: Any, hidden_act: Any, hidden_slope: Any, grad_logits: Any) -> Any:
        above = (grad_logits @ W2.T) * hidden_slope
        sums = above.sum(axis=0, keepdims=True), grad_logits.sum(axis=0, keepdims=True)
        return x.T @ above, sums[0], hidden_act.T @ grad_logits, sums[1]

    explorer = Explorer("activations")
    explorer.check(backward)
    assert explorer.marks["message"] == "backward: 15 of 15 entries are right."


def test_a_saved_picture_shows_one_example_and_the_table_all() -> None:
    html = Explorer("730", phase="update", example=1)._picture()["text/html"]
    assert "<td>\N{MINUS SIGN}10 20<br>8 \N{MINUS SIGN}2</td>" in html
    assert repr(Explorer("730")) == "Explorer(2-2, 2 examples, phase 'loss', loss 20)"


# The plane


@pytest.mark.parametrize("name", ["groups", "corners"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_each_place_lies_in_the_region_of_its_class(name: str, activation: str) -> None:
    explorer = Explorer(name, activation=activation)
    explorer.step(30)
    found = node(
        "return { ends: page.ends(given), right: page.countRight(given), ...page.regions(given) };",
        explorer._state(),
    )
    rng = np.random.default_rng(8)
    places = np.stack([rng.uniform(*axis, size=400) for axis in found["ends"]], axis=1)
    leaves = [torch.tensor(one, dtype=torch.float64) for one in explorer.parameters]
    value = torch.tensor(places)
    if len(leaves) == 4:
        value = getattr(torch, activation)(value @ leaves[0] + leaves[1])
    winners = (value @ leaves[-2] + leaves[-1]).argmax(dim=1).numpy()
    pieces = [(one["winner"], np.array(one["corners"])) for one in found["pieces"]]
    wrong = 0
    for place, winner in zip(places, winners, strict=True):
        here = [each for each, corners in pieces if holds(corners, place)]
        assert here, place
        wrong += winner not in here
    assert wrong <= 4  # a border that is curved is straight for a little way
    values = explorer.values()
    assert found["right"] == (values["probs"].argmax(axis=1) == explorer.target).sum()


def holds(corners: np.ndarray, place: np.ndarray) -> bool:
    """Whether a piece, which is as wide as its lines are apart, holds a place."""
    (left, low), (right, _), (other_right, high), (other_left, _) = corners
    if not min(low, high) <= place[1] <= max(low, high):
        return False
    part = (place[1] - low) / (high - low) if high != low else 0
    ends = left + part * (other_left - left), right + part * (other_right - right)
    return bool(ends[0] - 1e-9 <= place[0] <= ends[1] + 1e-9)


# On the screen


@pytest.mark.browser
def test_a_batch_is_added_up_in_the_formula(show: Any) -> None:
    page = show(Explorer("730", phase="grad_logits"))
    for entry in ("logits[0,0]", "logits[1,1]", "grad_logits[1,0]", "x[1,0]"):
        expect(value(page, entry)).to_have_count(1)
    expect(page.locator(".formula")).to_contain_text(") / 2")
    button(page, "Next ▸").click()
    formula = page.locator(".formula")
    expect(formula).to_have_text(
        "x[0,0]−10·grad_logits[0,1]−0.5+x[1,0]8·grad_logits[1,1]0.49998=8.99981841"
    )
    button(page, "example 1, of class 0").click()
    expect(value(page, "x[0,0]")).to_have_count(0)
    expect(value(page, "x[1,0]")).to_have_value("8")
    expect(page.get_by_role("radio", name="target: class 0")).to_be_checked()
    formula.get_by_role("button", name="x[0,0]").click()  # the picture goes where the term stands
    expect(value(page, "x[0,0]")).to_have_count(1)
    expect(button(page, "example 0, of class 1")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="target: class 0").check()
    expect(button(page, "example 0, of class 0")).to_have_count(1)
    button(page, "Undo").click()
    expect(button(page, "example 0, of class 1")).to_have_count(1)


@pytest.mark.browser
def test_of_many_examples_each_is_a_bar_and_the_rest_of_a_sum_one_number(show: Any) -> None:
    page = show(Explorer("groups", phase="grad_W"))
    column = page.locator('[data-column="logits[:,0]"]')
    drawn = [column.locator(f"path.{sign}").get_attribute("d") for sign in ("positive", "negative")]
    assert "".join(map(str, drawn)).count("M") == 15
    expect(column).to_have_attribute("aria-label", re.compile(r"logits\[:,0\]: (.+, ){14}.+"))
    expect(page.locator(".rest")).to_contain_text("the 12 others")
    button(page, "example 7, of class 1").click()
    expect(page.locator(".rest")).to_contain_text("the 14 others")
    expect(value(page, "logits[7,2]")).to_have_count(1)
    expect(page.locator(".marker.chosen")).to_have_count(1)
    page.locator(".plane .marker").nth(2).click()
    expect(value(page, "logits[2,2]")).to_have_count(1)


@pytest.mark.browser
def test_the_border_moves_with_each_update_and_it_trains_by_itself(show: Any) -> None:
    page = show(Explorer("corners", phase="x"), reduced_motion="reduce")
    border = page.locator(".plane .border")
    expect(border).to_have_attribute("d", "")
    button(page, "update").click()
    before = border.get_attribute("d")
    button(page, "Update").click()
    expect(border).not_to_have_attribute("d", before or "")
    button(page, "play").click()
    words = page.get_by_role("group", name="Plane", exact=True)
    expect(words).to_contain_text("16 of 16 examples lie in the region of their class.")
    button(page, "pause").click()
    button(page, "Undo").click()  # all that was trained by itself
    button(page, "Undo").click()
    expect(border).to_have_attribute("d", before or "")
    expect(button(page, "Undo")).to_be_disabled()


@pytest.mark.browser
def test_another_activation_is_chosen_and_taken_back(show: Any) -> None:
    page = show(Explorer("activations", phase="hidden_act", example=1))
    formula = page.locator(".formula")
    expect(formula).to_contain_text("1 / ( 1 + exp( −")
    page.get_by_label("activation", exact=True).select_option(label="tanh")
    expect(formula).to_contain_text("tanh(")
    expect(page.locator(".code li.current")).to_have_text("hidden_act = np.tanh(hidden_pre)")
    button(page, "grad_hidden_pre").click()
    expect(page.locator(".slope").first).to_have_attribute("d", re.compile("^M"))
    formula.get_by_role("button", name="hidden_slope[1,0]").click()
    expect(formula).to_have_text(re.compile(r"1 −hidden_act\[1,0\]−0.24492²=0.94001"))
    button(page, "Undo").click()
    expect(page.get_by_label("activation", exact=True)).to_have_value("sigmoid")
    plain = show(Explorer("740"))
    expect(plain.get_by_label("activation", exact=True)).to_be_hidden()
    expect(plain.locator(".examples")).to_be_hidden()
    expect(plain.locator(".plane")).to_be_hidden()


def test_presets_of_batches_have_names_of_their_own() -> None:
    titles = [preset.title for preset in PRESETS.values()]
    assert len(set(titles)) == len(titles) and max(map(len, titles)) <= 29
