"""An earlier function wrong, a later one right: pairs as learners type them, with what is fair.

Above each stands one comment: the later function's question; the marked properties that it fairly
loses, joined by commas, or `-`; the earlier functions that a message must name, joined by commas,
or `-`; and what is wrong, in words. What a pair does not define is the right function. Typed before
the code that judges them was read.
"""

import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nbformat
import numpy as np

from chainrule.exercises.questions import QUESTIONS
from tests.support.given import SOURCE
from tests.support.often_wrong import surroundings
from tests.support.right_answers import RIGHT

PAIRS = """
# single_layer.backward_logits - softmax softmax down the columns
def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=0)
def backward_logits(logits, one_hot):
    return (softmax(logits) - one_hot) / len(logits)

# single_layer.backward_logits - softmax softmax misspells a name
def softmax(logits):
    return np.exp(logits) / np.exp(logts).sum()
def backward_logits(logits, one_hot):
    probs = softmax(logits)
    return probs - one_hot

# single_layer.backward_logits - softmax softmax forgets to return
def softmax(logits):
    exps = np.exp(logits - logits.max())
    probs = exps / exps.sum()
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax softmax not attempted
def softmax(logits):
    ...
def backward_logits(logits, one_hot):
    probs = softmax(logits)
    grad_logits = probs - one_hot
    return grad_logits

# single_layer.backward_logits - softmax softmax not attempted, with its error
def softmax(logits):
    raise NotImplementedError
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax softmax overflows
def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax softmax gives a column
def softmax(logits):
    e = np.exp(logits - logits.max())
    return (e / e.sum()).T
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax softmax writes to its argument and does not divide
def softmax(logits):
    logits -= logits.max()
    np.exp(logits, out=logits)
    return logits
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax softmax writes to its argument, and is right
def softmax(logits):
    logits -= logits.max()
    e = np.exp(logits)
    return e / e.sum()
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax softmax prints, and has the mean
def softmax(logits):
    e = np.exp(logits - logits.max())
    print("exps", e)
    return e / e.mean()
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - - softmax is wrong, and is not used
def softmax(logits):
    return logits / logits.sum()
def backward_logits(logits, one_hot):
    e = np.exp(logits - logits.max())
    return e / e.sum() - one_hot

# single_layer.backward_logits - softmax the name holds an array
def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()
softmax = softmax(logits)
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax the name is gone
def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum()
del softmax
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward_logits - softmax softmax by another name, too
def my_softmax(scores):
    return np.exp(scores - scores.max())
softmax = my_softmax
def backward_logits(logits, one_hot):
    return my_softmax(logits) - one_hot

# single_layer.backward_logits - softmax a short name within
def softmax(logits):
    return np.exp(logits - logits.max())
def backward_logits(logits, one_hot):
    f = softmax
    return f(logits) - one_hot

# single_layer.backward_logits - softmax a default argument
def softmax(logits):
    return np.exp(logits - logits.max())
def backward_logits(logits, one_hot, normalize=softmax):
    return normalize(logits) - one_hot

# single_layer.backward_logits - softmax a closure
def softmax(logits):
    return np.exp(logits - logits.max())
def made(f):
    def inner(logits, one_hot):
        return f(logits) - one_hot
    return inner
backward_logits = made(softmax)

# single_layer.backward_logits - softmax in a table
def softmax(logits):
    return np.exp(logits - logits.max())
layers = {"softmax": softmax}
def backward_logits(logits, one_hot):
    return layers["softmax"](logits) - one_hot

# single_layer.backward_logits - - an axis of its own, given where it is called
def softmax(logits, axis=0):
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=axis, keepdims=True)
def backward_logits(logits, one_hot):
    return softmax(logits, axis=1) - one_hot

# single_layer.backward_logits - softmax by keyword
def softmax(logits):
    return logits / logits.sum()
def backward_logits(logits, one_hot):
    return softmax(logits=logits) - one_hot

# single_layer.backward_logits - softmax a wrong axis, which is asked for where it is called
def softmax(logits, axis):
    return np.exp(logits) / np.exp(logits).max(axis=axis, keepdims=True)
def backward_logits(logits, one_hot):
    return softmax(logits, 1) - one_hot

# single_layer.backward_logits value,large-logits - softmax is right, and called with too much
def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()
def backward_logits(logits, one_hot):
    return softmax(logits, one_hot) - one_hot

# single_layer.backward_logits - softmax row by row
def softmax(logits):
    return np.exp(logits) / np.exp(logits).max()
def backward_logits(logits, one_hot):
    rows = []
    for row, y in zip(logits, one_hot):
        rows.append(softmax(row.reshape(1, -1)) - y)
    return np.vstack(rows)

# single_layer.backward_logits value softmax both are wrong
def softmax(logits):
    return np.exp(logits) / np.exp(logits).max()
def backward_logits(logits, one_hot):
    return one_hot - softmax(logits)

# single_layer.cross_entropy hopeless-target softmax the logarithm of softmax
def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=0)
def cross_entropy(logits, one_hot):
    probs = softmax(logits)
    return -np.log((one_hot * probs).sum(axis=1)).mean()

# single_layer.cross_entropy hopeless-target softmax softmax raises
def softmax(logits):
    return np.exp(logits) / logits.sum(axes=1)
def cross_entropy(logits, one_hot):
    return -np.sum(one_hot * np.log(softmax(logits)))

# single_layer.cross_entropy - - a loss that does not use it
def softmax(logits):
    return None
def cross_entropy(logits, one_hot):
    shifted = logits - logits.max()
    return np.log(np.exp(shifted).sum()) - (shifted * one_hot).sum()

# single_layer.backward - backward_logits the sign of what comes before
def backward_logits(logits, one_hot):
    return one_hot - softmax(logits)
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    return x.T @ grad_logits, grad_logits.sum(axis=0, keepdims=True)

# single_layer.backward - backward_logits backward_logits forgets to return
def backward_logits(logits, one_hot):
    grad_logits = softmax(logits) - one_hot
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ grad_logits
    return grad_W, grad_logits

# single_layer.backward - backward_logits backward_logits raises
def backward_logits(logits, one_hot):
    return softmax(logits, one_hot)
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = backward_logits(logits, one_hot)
    return np.dot(x.T, grad_logits), grad_logits

# single_layer.backward - softmax both before it are wrong
def softmax(logits):
    return np.exp(logits - logits.max())
def backward_logits(logits, one_hot):
    return softmax(logits)
def backward(x, W, b, one_hot):
    dc = softmax(x @ W + b) - one_hot
    return x.T @ dc, dc

# single_layer.backward - softmax softmax is wrong, two functions before
def softmax(logits):
    return np.exp(logits - logits.max())
def backward(x, W, b, one_hot):
    dc = backward_logits(x @ W + b, one_hot)
    return x.T @ dc, dc
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot

# single_layer.backward - backward_logits through a helper of the learner's own
def backward_logits(logits, one_hot):
    return softmax(logits) * one_hot
def delta(x, W, b, one_hot):
    return backward_logits(x @ W + b, one_hot)
def backward(x, W, b, one_hot):
    d = delta(x, W, b, one_hot)
    return x.T @ d, d.sum(axis=0, keepdims=True)

# single_layer.backward - backward_logits backward_logits sums to one number
def backward_logits(logits, one_hot):
    return (softmax(logits) - one_hot).sum()
def backward(x, W, b, one_hot):
    grad = backward_logits(x @ W + b, one_hot)
    return x.T @ grad, grad

# single_layer.backward grad_W backward_logits both are wrong
def backward_logits(logits, one_hot):
    return softmax(logits) + one_hot
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    return W * grad_logits, grad_logits

# single_layer.backward - - what was forgotten before is made up for
def backward_logits(logits, one_hot):
    return softmax(logits)
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot) - one_hot
    return x.T @ grad_logits, grad_logits

# single_layer.backward - backward_logits backward_logits leaves the program
def backward_logits(logits, one_hot):
    import sys
    sys.exit("done")
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    return x.T @ grad_logits, grad_logits

# multi_layer.backward - forward the bias of the first layer is forgotten
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1
    hidden_act = np.maximum(hidden_pre, 0)
    return hidden_pre, hidden_act, hidden_act @ W2 + b2
BACKWARD

# multi_layer.backward - forward forward returns the logits only
def forward(x, W1, b1, W2, b2):
    return np.maximum(x @ W1 + b1, 0) @ W2 + b2
BACKWARD

# multi_layer.backward - forward forward forgets to return
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_act @ W2 + b2
BACKWARD

# multi_layer.backward - forward forward has another order
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    return hidden_act, hidden_pre, hidden_act @ W2 + b2
BACKWARD

# multi_layer.backward - forward forward has no ReLU
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = hidden_pre
    return hidden_pre, hidden_act, hidden_act @ W2 + b2
BACKWARD

# multi_layer.backward grad_W2 forward no ReLU before hides the pre-activation after
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = hidden_pre
    return hidden_pre, hidden_act, hidden_act @ W2 + b2
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_pre, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# multi_layer.backward - backward_output the sum over the wrong axis
def backward_output(hidden_act, grad_logits):
    return hidden_act.T @ grad_logits, grad_logits.sum(axis=1)
BACKWARD

# multi_layer.backward - backward_output transposed
def backward_output(hidden_act, grad_logits):
    return grad_logits.T @ hidden_act, grad_logits
BACKWARD

# multi_layer.backward - backward_output products entry by entry
def backward_output(hidden_act, grad_logits):
    return hidden_act * grad_logits, grad_logits
BACKWARD

# multi_layer.backward - backward_output the other order
def backward_output(hidden_act, grad_logits):
    return grad_logits, hidden_act.T @ grad_logits
BACKWARD

# multi_layer.backward - backward_output only the weights
def backward_output(hidden_act, grad_logits):
    return hidden_act.T @ grad_logits
BACKWARD

# multi_layer.backward - backward_output for the second layer only, the first by hand
def backward_output(hidden_act, grad_logits):
    return hidden_act.T @ -grad_logits, grad_logits.mean()
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_pre = (grad_logits @ W2.T) * (hidden_pre > 0)
    return x.T @ grad_hidden_pre, grad_hidden_pre, grad_W2, grad_b2

# multi_layer.backward - backward_output reads an earlier cell's values
def backward_output(h, g):
    return hidden_act.T @ g, g
BACKWARD

# multi_layer.backward - backward_hidden no transpose
def backward_hidden(grad_logits, W2):
    return grad_logits @ W2
BACKWARD

# multi_layer.backward - backward_hidden not attempted
def backward_hidden(grad_logits, W2):
    pass
BACKWARD

# multi_layer.backward - backward_relu upside down
def backward_relu(grad_hidden_act, hidden_pre):
    return np.where(hidden_pre > 0, 0, grad_hidden_act)
BACKWARD

# multi_layer.backward - backward_relu slope 1 at 0
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * (hidden_pre >= 0)
BACKWARD

# multi_layer.backward - - writes to its argument, and is right
def backward_relu(grad_hidden_act, hidden_pre):
    grad_hidden_act[hidden_pre <= 0] = 0
    return grad_hidden_act
BACKWARD

# multi_layer.backward - backward_relu the truth value of an array
def backward_relu(grad_hidden_act, hidden_pre):
    if hidden_pre > 0:
        return grad_hidden_act
    return 0
BACKWARD

# multi_layer.backward - forward,backward_output,backward_hidden,backward_relu all four are wrong
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 - b1
    return hidden_pre, hidden_pre, hidden_pre @ W2
def backward_output(hidden_act, grad_logits):
    return hidden_act.T @ grad_logits / 2, 2 * grad_logits
def backward_hidden(grad_logits, W2):
    return (W2 * grad_logits).mean(axis=1).reshape(1, -1)
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act
BACKWARD

# multi_layer.backward - backward_output,backward_relu a forward pass of its own, and two wrong ones
def backward_output(hidden_act, grad_logits):
    return (grad_logits.T @ hidden_act).T, grad_logits * 0
def backward_relu(grad_hidden_act, hidden_pre):
    return None
def backward(x, W1, b1, W2, b2, one_hot):
    a = x @ W1 + b1
    h = np.maximum(0, a)
    dc = softmax(h @ W2 + b2) - one_hot
    da = backward_relu(dc @ W2.T, a)
    dW1, db1 = backward_output(x, da)
    dW2, db2 = backward_output(h, dc)
    return dW1, db1, dW2, db2

# multi_layer.backward grad_W1,grad_b1 backward_output no mask at all
def backward_output(hidden_act, grad_logits):
    return grad_logits.T @ hidden_act, grad_logits
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_act)
    return grad_W1, grad_b1, grad_W2, grad_b2

# multi_layer.backward - forward the same slip again, typed anew
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1
    hidden_act = np.maximum(hidden_pre, 0)
    return hidden_pre, hidden_act, hidden_act @ W2 + b2
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre = x @ W1
    hidden_act = np.maximum(hidden_pre, 0)
    grad_logits = softmax(hidden_act @ W2 + b2) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_pre = backward_relu(backward_hidden(grad_logits, W2), hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# update_step.train - sgd_step adds the gradient
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p + learning_rate * g for p, g in zip(parameters, gradients))
TRAIN

# update_step.train - sgd_step raises
def sgd_step(parameters, gradients, learning_rate):
    return parameters - learning_rate * gradients
TRAIN

# update_step.train - sgd_step forgets to return
def sgd_step(parameters, gradients, learning_rate):
    new = []
    for p, g in zip(parameters, gradients):
        new.append(p - learning_rate * g)
TRAIN

# update_step.train - sgd_step returns after the first
def sgd_step(parameters, gradients, learning_rate):
    for p, g in zip(parameters, gradients):
        return (p - learning_rate * g,)
TRAIN

# update_step.train - sgd_step changes the arrays that it is given
def sgd_step(parameters, gradients, learning_rate):
    for p, g in zip(parameters, gradients):
        p -= learning_rate * g
    return parameters
TRAIN

# update_step.train - - takes its arguments in another order, and is called so
def sgd_step(gradients, parameters, learning_rate):
    return tuple(p - learning_rate * g for p, g in zip(parameters, gradients))
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(gradients, parameters, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# update_step.train losses sgd_step one loss too few, and a wrong step
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p - g for p, g in zip(parameters, gradients))
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    return parameters, losses

# update_step.train - sgd_step the name holds a tuple
sgd_step = ()
TRAIN

# batches.backward_two - backward_logits not divided by the examples
def backward_logits(logits, one_hot):
    return softmax(logits) - one_hot
def backward_two(x, W1, b1, W2, b2, one_hot):
    a = x @ W1 + b1
    h = np.maximum(a, 0)
    dc = backward_logits(h @ W2 + b2, one_hot)
    da = (dc @ W2.T) * (a > 0)
    return x.T @ da, da.sum(axis=0, keepdims=True), h.T @ dc, dc.sum(axis=0, keepdims=True)

# batches.backward_logits - softmax over the whole matrix
def softmax(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()
def backward_logits(logits, one_hot):
    return (softmax(logits) - one_hot) / len(logits)

# batches.backward - backward_logits nothing before was attempted
def softmax(logits):
    ...
def backward_logits(logits, one_hot):
    ...
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    return x.T @ grad_logits, grad_logits.sum(axis=0, keepdims=True)
"""

# The notebooks' own solutions, which use all that comes before.
BACKWARD = """\
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2
"""
TRAIN = """\
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses
"""


@dataclass(frozen=True)
class Pair:
    """lost: what the later function fairly loses. blamed: the earlier ones that are wrong."""

    question: str
    number: int
    lost: frozenset[str]
    blamed: tuple[str, ...]
    words: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.question} {self.number}: {self.words}"

    def functions(self) -> tuple[Any, dict[str, Any]]:
        """The later function, and the earlier ones that are functions, as a notebook has them."""
        asked = QUESTIONS[self.question]
        file = f"<ipython-input-{self.question}-pair-{self.number}>"
        linecache.cache[file] = (len(self.text), None, self.text.splitlines(keepends=True), file)
        names = notebook(asked.exercise)
        exec(compile(self.text, file, "exec"), names)
        own = {one: names[one] for one in asked.earlier if callable(names.get(one))}
        return names[asked.function], own


def notebook(exercise: str) -> dict[str, Any]:
    """What the notebook's other cells have defined."""
    if exercise != "batches":
        return surroundings(exercise)
    own = {one.function: RIGHT[name][0] for name, one in QUESTIONS.items() if exercise in name}
    return {"np": np, **own}


def before(question: str) -> str:
    """A cell with right earlier functions, and what a notebook of this question begins with."""
    exercise = question.partition(".")[0]
    cells = nbformat.read(SOURCE / exercise / f"{exercise}.ipynb", as_version=4).cells
    cells = [one for one in cells if one.cell_type == "code"]
    wanted = {"setup", "loss_and_gradients", *(one for one in QUESTIONS[question].earlier)}
    wanted |= {one.id for one in cells if one.id in ("example_720", "example_730", "example_740")}
    return "\n".join(one.source for one in cells if one.id in wanted)


def pairs() -> Iterator[Pair]:
    """All pairs, as they stand above."""
    for number, block in enumerate(PAIRS.strip().split("\n\n")):
        head, *body = block.splitlines()
        question, lost, blamed, words = head.removeprefix("# ").split(" ", 3)
        text = "\n".join(body).replace("BACKWARD", BACKWARD).replace("TRAIN", TRAIN) + "\n"
        names = tuple(one for one in blamed.split(",") if one != "-")
        properties = {one.replace("-", " ") for one in lost.split(",") if one != "-"}
        yield Pair(question, number, frozenset(properties), names, words, text)
