"""Right answers in many styles: loops, einsum, torch without autograd, float32, lists, batches."""

import math

import numpy as np
import torch

from tests.support.activations import RIGHT as ACTIVATIONS
from tests.support.batches import RIGHT as BATCHES
from tests.support.given import loss_and_gradients
from tests.support.wrong_answers import log_softmax, relu, softmax


def tensor(array):
    return torch.from_numpy(np.array(array))


def _softmax_loops(c):
    rows = []
    for row in c:
        exps = [math.exp(value - max(row)) for value in row]
        rows.append([value / sum(exps) for value in exps])
    return rows


def _softmax_log(c):
    return np.exp(c - np.logaddexp.reduce(c, axis=1, keepdims=True))


SOFTMAX = [
    softmax,
    _softmax_loops,
    _softmax_log,
    lambda c: torch.softmax(tensor(c), dim=1),
    lambda c: softmax(c.astype(np.float32)),
]

CROSS_ENTROPY = [
    lambda c, y: -(y * log_softmax(c)).sum() / len(c),
    lambda c, y: float(np.logaddexp.reduce(c, axis=1)[0] - c[0, y[0].argmax()]),
    lambda c, y: torch.nn.functional.cross_entropy(tensor(c), tensor(y)),
    lambda c, y: -log_softmax(c)[y == 1].mean(),
    lambda c, y: -log_softmax(c.astype(np.float32))[np.arange(len(c)), y.argmax(1)].mean(),
]

BACKWARD_LOGITS = [
    lambda c, y: (softmax(c) - y) / len(c),
    lambda c, y: np.array(_softmax_loops(c)) - y,
    lambda c, y: torch.softmax(tensor(c), dim=1) - tensor(y),
    lambda c, y: (softmax(c) - y).astype(np.float32),
    lambda c, y: (np.exp(log_softmax(c)) - y).tolist(),
]


def _jacobian(c, y):
    """The long way: through the loss's slope by probs and softmax's whole Jacobian."""
    p = softmax(c)[0]
    J = np.diag(p) - np.outer(p, p)
    return (-(y[0] / p) @ J).reshape(1, -1)


def _backward_loops(x, W, b, y):
    dc = softmax(x @ W + b) - y
    dW = [[x[0, i] * dc[0, j] for j in range(W.shape[1])] for i in range(W.shape[0])]
    return dW, [[dc[0, j] for j in range(W.shape[1])]]


def _backward_torch(x, W, b, y):
    dc = torch.softmax(tensor(x) @ tensor(W) + tensor(b), dim=1) - tensor(y)
    return tensor(x).T @ dc, dc.sum(dim=0, keepdim=True)


def _backward_einsum(x, W, b, y):
    dc = (softmax(np.einsum("nd,dc->nc", x, W) + b) - y) / len(x)
    return np.einsum("nd,nc->dc", x, dc), np.einsum("nc->c", dc)[None, :]


def _backward_jacobian(x, W, b, y):
    dc = _jacobian(x @ W + b, y)
    return np.outer(x, dc), dc


def _backward_float32(x, W, b, y):
    x, W, b, y = (array.astype(np.float32) for array in (x, W, b, y))
    return list(_backward_einsum(x, W, b, y))


BACKWARD_ONE = [
    _backward_loops,
    _backward_torch,
    _backward_einsum,
    _backward_jacobian,
    _backward_float32,
]


def _forward(x, W1, b1, W2, b2):
    a = x @ W1 + b1
    return a, relu(a), relu(a) @ W2 + b2


def _forward_torch(x, W1, b1, W2, b2):
    x, W1, b1, W2, b2 = map(tensor, (x, W1, b1, W2, b2))
    a = torch.mm(x, W1) + b1
    h = torch.relu(a)
    return a, h, torch.mm(h, W2) + b2


def _forward_where(x, W1, b1, W2, b2):
    a = np.dot(x, W1) + b1
    h = np.where(a > 0, a, 0.0)
    return [a, h, np.einsum("nh,hc->nc", h, W2) + b2]


def _forward_loops(x, W1, b1, W2, b2):
    H, C = W2.shape
    a = [[sum(x[0, i] * W1[i, j] for i in range(len(W1))) + b1[0, j] for j in range(H)]]
    h = [[max(value, 0) for value in a[0]]]
    return a, h, [[sum(h[0][j] * W2[j, k] for j in range(H)) + b2[0, k] for k in range(C)]]


FORWARD = [
    _forward,
    _forward_torch,
    _forward_where,
    _forward_loops,
    lambda *args: _forward(*(array.astype(np.float32) for array in args)),
]

BACKWARD_OUTPUT = [
    lambda h, dc: (h.T @ dc, dc.sum(axis=0, keepdims=True)),
    lambda h, dc: (np.outer(h, dc), dc),
    lambda h, dc: (tensor(h).t().mm(tensor(dc)), tensor(dc).clone()),
    lambda h, dc: (np.einsum("nh,nc->hc", h, dc).tolist(), dc.tolist()),
    lambda h, dc: (h.T.astype(np.float32) @ dc.astype(np.float32), dc.astype(np.float32)),
]

BACKWARD_HIDDEN = [
    lambda dc, W2: dc @ W2.T,
    lambda dc, W2: (W2 @ dc.T).T,
    lambda dc, W2: np.einsum("nc,hc->nh", dc, W2),
    lambda dc, W2: tensor(dc).mm(tensor(W2).t()),
    lambda dc, W2: [[float(np.dot(dc[0], row)) for row in W2]],
]


def _relu_in_a_copy(dh, a):
    da = dh.copy()
    da[a <= 0] = 0
    return da


BACKWARD_RELU = [
    lambda dh, a: dh * (a > 0),
    _relu_in_a_copy,
    lambda dh, a: np.where(a > 0, dh, 0),
    lambda dh, a: tensor(dh) * (tensor(a) > 0),
    lambda dh, a: [[g if v > 0 else 0 for g, v in zip(dh[0], a[0], strict=True)]],
]


def _backward_two(x, W1, b1, W2, b2, y):
    a, h, c = _forward(x, W1, b1, W2, b2)
    dc = (softmax(c) - y) / len(x)
    da = (dc @ W2.T) * (a > 0)
    return x.T @ da, da.sum(axis=0, keepdims=True), h.T @ dc, dc.sum(axis=0, keepdims=True)


def _backward_two_torch(x, W1, b1, W2, b2, y):
    x, W1, b1, W2, b2, y = map(tensor, (x, W1, b1, W2, b2, y))
    a = x @ W1 + b1
    h = torch.relu(a)
    dc = torch.softmax(h @ W2 + b2, 1) - y
    da = dc @ W2.t()
    da[a <= 0] = 0
    return x.t() @ da, da, h.t() @ dc, dc


def _backward_two_outer(x, W1, b1, W2, b2, y):
    a, h, c = _forward(x, W1, b1, W2, b2)
    dc = _jacobian(c, y)
    mask = np.diag((a[0] > 0).astype(float))
    da = dc @ W2.T @ mask
    return [np.outer(x, da), da, np.outer(h, dc), dc]


BACKWARD_TWO = [
    _backward_two,
    _backward_two_torch,
    _backward_two_outer,
    lambda *args: _backward_two(*(array.astype(np.float32) for array in args)),
    lambda *args: tuple(value.tolist() for value in _backward_two(*args)),
]


def _step(p, g, rate):
    return tuple(w - rate * dw for w, dw in zip(p, g, strict=True))


def _step_in_copies(p, g, rate):
    new = [w.copy() for w in p]
    for i, dw in enumerate(g):
        new[i] -= rate * dw
    return new


SGD_STEP = [
    _step,
    _step_in_copies,
    lambda p, g, rate: [w + (-rate) * dw for w, dw in zip(p, g, strict=True)],
    lambda p, g, rate: [torch.sub(tensor(w), tensor(dw), alpha=rate) for w, dw in zip(p, g)],  # noqa: B905
    lambda p, g, rate: tuple(w.astype(np.float32) - np.float32(rate) * dw for w, dw in zip(p, g)),  # noqa: B905
]


def _train_with(step):
    def train(x, y, parameters, rate, steps):
        losses = []
        for _ in range(steps):
            loss, gradients = loss_and_gradients(parameters, x, y)
            losses.append(loss)
            parameters = step(parameters, gradients, rate)
        losses.append(loss_and_gradients(parameters, x, y)[0])
        return parameters, losses

    return train


def _train_after(x, y, parameters, rate, steps):
    loss, gradients = loss_and_gradients(parameters, x, y)
    losses = np.zeros(steps + 1)
    losses[0] = loss
    for i in range(1, steps + 1):
        parameters = _step(parameters, gradients, rate)
        losses[i], gradients = loss_and_gradients(parameters, x, y)
    return list(parameters), losses


def _train_recursive(x, y, parameters, rate, steps):
    loss, gradients = loss_and_gradients(parameters, x, y)
    if steps == 0:
        return parameters, [loss]
    after, losses = _train_recursive(x, y, _step(parameters, gradients, rate), rate, steps - 1)
    return after, [loss, *losses]


TRAIN = [
    _train_with(_step),
    _train_with(_step_in_copies),
    _train_after,
    _train_recursive,
    lambda *args: [[tensor(w) for w in _train_after(*args)[0]], tensor(_train_after(*args)[1])],
]

RIGHT = (
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
