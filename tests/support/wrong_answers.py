"""Wrong answers as learners type them: by question, the mistake's id, then the functions.

Written by hand and apart from the catalogue, so that an error there cannot hide here.
"""

import numpy as np

from tests.support.activations import WRONG as ACTIVATIONS
from tests.support.batches import WRONG as BATCHES
from tests.support.given import loss_and_gradients


def softmax(c):
    e = np.exp(c - c.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def relu(a):
    return np.maximum(a, 0)


def log_softmax(c):
    shifted = c - np.max(c, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def _softmax_overflow(c):
    return np.exp(c) / np.exp(c).sum(axis=1, keepdims=True)


def _columns(c):
    e = np.exp(c - c.max(axis=0))
    return e / e.sum(axis=0)


SOFTMAX = {
    "F1": [lambda c: softmax(softmax(c))],
    "F2": [_columns],
    "L5": [_softmax_overflow],
}

CROSS_ENTROPY = {
    "L1": [lambda c, y: (y * log_softmax(c)).sum()],
    "L2": [lambda c, y: -(y * softmax(c)).sum(), lambda c, y: 1 - (y * softmax(c)).sum()],
    "L3": [lambda c, y: -(y * log_softmax(c)).mean()],
    "L4": [
        lambda c, y: -(y * log_softmax(c) / np.log(2)).sum(),
        lambda c, y: -(y * log_softmax(c) / np.log(10)).sum(),
    ],
    "L5": [lambda c, y: np.log(np.exp(c).sum()) - (y * c).sum()],
    "L6": [lambda c, y: -np.log((softmax(c) * y).sum())],
    "F1": [lambda c, y: -(y * log_softmax(softmax(c))).sum()],
    "F2": [lambda c, y: -np.log((y * _columns(c)).sum())],
}


def _label(y):
    return y.argmax(axis=1)[:, None]


def _hard(c):
    return np.eye(c.shape[1])[c.argmax(axis=1)]


# The gradient with respect to the logits, in a function of its own or inside a whole backward.
GRAD_LOGITS = {
    "D3": lambda c, y: (softmax(c) - y) / y.size,
    "E1": lambda c, y: y - softmax(c),
    "E2": lambda c, y: softmax(c),
    "E3": lambda c, y: softmax(c) - _label(y),
    "E4": lambda c, y: c - y,
    "E5": lambda c, y: np.log(softmax(c)) - y,
    "E6": lambda c, y: -y / softmax(c),
    "E7": lambda c, y: (softmax(c) - y) * softmax(c) * (1 - softmax(c)),
    "E8": lambda c, y: -y * (1 - softmax(c)),
    "E9": lambda c, y: 2 * (softmax(c) - y),
    "E10": lambda c, y: _hard(c) - y,
    "F1": lambda c, y: softmax(softmax(c)) - y,
    "F2": lambda c, y: _columns(c) - y,
}
BACKWARD_LOGITS = {name: [wrong] for name, wrong in GRAD_LOGITS.items()} | {
    "L5": [lambda c, y: _softmax_overflow(c) - y],
}


def _one_layer(grad_logits=None, weights=None, bias=None, logits=None):
    """A whole backward of one layer with some of its lines exchanged."""

    def backward(x, W, b, y):
        c = logits(x, W, b) if logits else x @ W + b
        dc = grad_logits(c, y) if grad_logits else softmax(c) - y
        dW = weights(x, dc) if weights else x.T @ dc
        db = bias(x, dc) if bias else dc
        return dW, db

    return backward


BACKWARD_ONE = {name: [_one_layer(wrong)] for name, wrong in GRAD_LOGITS.items()} | {
    "B2": [_one_layer(weights=lambda x, dc: dc.T @ x)],
    "B3": [_one_layer(weights=lambda x, dc: x @ dc), _one_layer(weights=np.dot)],
    "B4": [_one_layer(weights=lambda x, dc: x * dc)],
    "G1": [_one_layer(bias=lambda x, dc: dc.sum(axis=1))],
    "G4": [_one_layer(bias=lambda x, dc: dc.sum())],
    "G5": [_one_layer(bias=lambda x, dc: (x.T @ dc).sum(axis=0, keepdims=True))],
    "W2": [_one_layer(logits=lambda x, W, b: relu(x @ W + b))],
    "W3": [_one_layer(logits=lambda x, W, b: x @ W)],
}


def _forward(act=relu, b1=True, b2=True, out=lambda c: c):
    def forward(x, W1, bias1, W2, bias2):
        a = x @ W1 + (bias1 if b1 else 0)
        h = act(a)
        return a, h, out(h @ W2 + (bias2 if b2 else 0))

    return forward


FORWARD = {
    "W1": [_forward(act=lambda a: a)],
    "W2": [_forward(out=relu)],
    "W3": [_forward(b1=False), _forward(b2=False), _forward(b1=False, b2=False)],
    "W4": [_forward(out=softmax)],
}

BACKWARD_OUTPUT = {
    "B2": [lambda h, dc: (dc.T @ h, dc)],
    "B3": [lambda h, dc: (h @ dc, dc)],
    "B4": [lambda h, dc: (h * dc, dc)],
    "G1": [lambda h, dc: (h.T @ dc, dc.sum(axis=1))],
    "G4": [lambda h, dc: (h.T @ dc, dc.sum())],
    "G5": [lambda h, dc: (h.T @ dc, (h.T @ dc).sum(axis=0, keepdims=True))],
}

BACKWARD_HIDDEN = {"C1": [lambda dc, W2: dc @ W2]}

GRAD_PRE = {
    "A1": lambda dh, a: dh,
    "A2": lambda dh, a: relu(dh),
    "A3": lambda dh, a: dh * relu(a),
    "A4": lambda dh, a: (a > 0).astype(float),
    "A5": lambda dh, a: np.where(a < 0, 0, dh),
    "A6": lambda dh, a: dh * (1 + np.sign(a)) / 2,
    "A7": lambda dh, a: np.where(a < 0, dh, 0),
    "A8": lambda dh, a: dh * relu(a) * (1 - relu(a)),
}
BACKWARD_RELU = {name: [wrong] for name, wrong in GRAD_PRE.items()}


def _two_layers(**lines):
    """A whole backward of two layers with some of its lines exchanged."""

    def backward(x, W1, b1, W2, b2, y):
        a, h, c = lines.get("forward", _forward())(x, W1, b1, W2, b2)
        dc = lines.get("dc", lambda c, y: softmax(c) - y)(c, y)
        dW2 = lines.get("dW2", lambda a, h, dc: h.T @ dc)(a, h, dc)
        db2 = lines.get("db2", lambda h, dc: dc)(h, dc)
        dh = lines.get("dh", lambda dc, W1, W2, dW2: dc @ W2.T)(dc, W1, W2, dW2)
        da = lines.get("da", lambda dh, a: dh * (a > 0))(dh, a)
        dW1 = lines.get("dW1", lambda x, h, dh, da: x.T @ da)(x, h, dh, da)
        db1 = lines.get("db1", lambda x, dh, da: da)(x, dh, da)
        return dW1, db1, dW2, db2

    return backward


BACKWARD_TWO = (
    {name: [_two_layers(da=wrong)] for name, wrong in GRAD_PRE.items()}
    | {name: [_two_layers(dc=wrong)] for name, wrong in GRAD_LOGITS.items() if name != "F1"}
    | {
        "B1": [_two_layers(dW2=lambda a, h, dc: a.T @ dc)],
        "B2": [
            _two_layers(dW2=lambda a, h, dc: dc.T @ h),
            _two_layers(dW1=lambda x, h, dh, da: da.T @ x),
            _two_layers(dW2=lambda a, h, dc: dc.T @ h, dW1=lambda x, h, dh, da: np.outer(da, x)),
        ],
        "B3": [_two_layers(dW2=lambda a, h, dc: h @ dc)],
        "B4": [_two_layers(dW2=lambda a, h, dc: h * dc)],
        "B5": [_two_layers(dW1=lambda x, h, dh, da: h.T @ da)],
        "B6": [
            _two_layers(dW1=lambda x, h, dh, da: x.T @ dh),
            _two_layers(db1=lambda x, dh, da: dh.sum(axis=0, keepdims=True)),
        ],
        "C1": [_two_layers(dh=lambda dc, W1, W2, dW2: dc @ W2)],
        "C2": [_two_layers(dh=lambda dc, W1, W2, dW2: dc @ W1.T)],
        "C3": [_two_layers(dh=lambda dc, W1, W2, dW2: dc @ (W2 - 0.01 * dW2).T)],
        "G1": [
            _two_layers(db2=lambda h, dc: dc.sum(1)),
            _two_layers(db1=lambda x, dh, da: da.sum(1)),
        ],
        "G4": [_two_layers(db2=lambda h, dc: dc.sum(), db1=lambda x, dh, da: da.sum())],
        "G5": [_two_layers(db1=lambda x, dh, da: (x.T @ da).sum(axis=0, keepdims=True))],
        "W1": [_two_layers(forward=_forward(act=lambda a: a))],
        "W2": [_two_layers(forward=_forward(out=relu))],
        "W3": [_two_layers(forward=_forward(b1=False)), _two_layers(forward=_forward(b2=False))],
    }
)
# Softmax of softmax, and probabilities taken for logits, are one and the same in a whole backward.
ALIKE = dict.fromkeys(
    ("multi_layer.backward", "batches.backward_two"),
    {"F1": {"F1", "W4"}, "W4": {"F1", "W4"}},
)
BACKWARD_TWO |= {
    "F1": [_two_layers(dc=GRAD_LOGITS["F1"])],
    "W4": [_two_layers(forward=_forward(out=softmax))],
}


def _step(move):
    return lambda p, g, rate: tuple(move(w, dw, rate) for w, dw in zip(p, g, strict=True))


def _weights_only(p, g, rate):
    return tuple(w if i % 2 else w - rate * dw for i, (w, dw) in enumerate(zip(p, g, strict=True)))


def _in_place(p, g, rate):
    for w, dw in zip(p, g, strict=True):
        w -= rate * dw
    return p


MOVES = {
    "U1": lambda w, dw, rate: w + rate * dw,
    "U2": lambda w, dw, rate: w - dw,
    "U3": lambda w, dw, rate: w * (1 - rate * dw),
    "U5": lambda w, dw, rate: -rate * dw,
}
SGD_STEP = {name: [_step(move)] for name, move in MOVES.items()} | {
    "U4": [_weights_only],
    "U7": [_step(lambda w, dw, rate: w - 0.1 * dw), _step(lambda w, dw, rate: w - 0.01 * dw)],
    "U9": [_in_place],
}


def _loop(step):
    def train(x, y, parameters, rate, steps):
        losses = [loss_and_gradients(parameters, x, y)[0]]
        for _ in range(steps):
            parameters = step(parameters, loss_and_gradients(parameters, x, y)[1], rate)
            losses.append(loss_and_gradients(parameters, x, y)[0])
        return parameters, losses

    return train


_right = _step(lambda w, dw, rate: w - rate * dw)


def _accumulating(x, y, parameters, rate, steps):
    losses, total = [], None
    for _ in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, y)
        losses.append(loss)
        total = (
            gradients if total is None else [t + g for t, g in zip(total, gradients, strict=True)]
        )
        parameters = _right(parameters, total, rate)
    return parameters, [*losses, loss_and_gradients(parameters, x, y)[0]]


def _one_after_the_other(x, y, parameters, rate, steps):
    parameters = list(parameters)
    losses = [loss_and_gradients(parameters, x, y)[0]]
    for _ in range(steps):
        for i in range(len(parameters)):
            parameters[i] = parameters[i] - rate * loss_and_gradients(parameters, x, y)[1][i]
        losses.append(loss_and_gradients(parameters, x, y)[0])
    return parameters, losses


def _losses(keep):
    def train(x, y, parameters, rate, steps):
        parameters, losses = _loop(_right)(x, y, parameters, rate, steps)
        return parameters, keep(losses)

    return train


def _once(x, y, parameters, rate, steps):
    loss, gradients = loss_and_gradients(parameters, x, y)
    losses = [loss]
    for _ in range(steps):
        parameters = _right(parameters, gradients, rate)
        losses.append(loss_and_gradients(parameters, x, y)[0])
    return parameters, losses


TRAIN = {name: [_loop(wrong) for wrong in functions] for name, functions in SGD_STEP.items()} | {
    "U6": [_accumulating],
    "U8": [_one_after_the_other],
    "T1": [
        _losses(lambda losses: losses[1:]),
        _losses(lambda losses: losses[:-1]),
        _losses(lambda losses: [*losses, losses[-1]]),
        _losses(lambda losses: [losses[0], *losses]),
    ],
    "T2": [_once],
}

U10 = {
    "single_layer.softmax": lambda c: np.array([[0.25, 0.75]]),
    "single_layer.cross_entropy": lambda c, y: 10.0000454,
    "multi_layer.backward_hidden": lambda dc, W2: np.array([[1.0, 1.0]]),
    "update_step.sgd_step": lambda p, g, rate: (
        np.array([[1.08, 1.92], [1.98, 1.02]]),
        np.array([[0.01, -0.01]]),
    ),
}

WRONG = (
    BATCHES
    | ACTIVATIONS
    | {
        "single_layer.softmax": SOFTMAX,
        "single_layer.cross_entropy": CROSS_ENTROPY,
        "single_layer.backward_logits": BACKWARD_LOGITS,
        "single_layer.backward": BACKWARD_ONE,
        "multi_layer.forward": FORWARD,
        "multi_layer.backward_output": BACKWARD_OUTPUT,
        "multi_layer.backward_hidden": BACKWARD_HIDDEN,
        "multi_layer.backward_relu": BACKWARD_RELU,
        "multi_layer.backward": BACKWARD_TWO,
        "update_step.sgd_step": SGD_STEP,
        "update_step.train": TRAIN,
    }
)
