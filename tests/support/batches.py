"""Right and wrong answers of `batches`, as learners type them: with many examples at once."""

import numpy as np
import torch


def softmax(c):
    e = np.exp(c - c.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def log_softmax(c):
    shifted = c - c.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def relu(a):
    return np.maximum(a, 0)


rectified = relu  # no name of ReLU stands in a function that may be without


def columns(c):
    e = np.exp(c - c.max(axis=0))
    return e / e.sum(axis=0)


def all_at_once(c):
    e = np.exp(c - c.max())
    return e / e.sum()


def plainly(c):
    e = np.exp(c)
    return e / e.sum(axis=1)[:, None]


def hard(c):
    return np.eye(c.shape[1])[np.argmax(c, axis=1)]


SOFTMAX = {
    "F1": [lambda c: softmax(softmax(c))],
    "F2": [columns],
    "F3": [all_at_once],
    "L5": [plainly],
}

CROSS_ENTROPY = {
    "L1": [lambda c, y: np.mean((y * log_softmax(c)).sum(axis=1))],
    "L2": [lambda c, y: -np.mean((y * softmax(c)).sum(axis=1))],
    "L3": [lambda c, y: -np.mean(y * log_softmax(c))],
    "L4": [lambda c, y: -np.mean((y * log_softmax(c)).sum(axis=1)) / np.log(2)],
    "L5": [lambda c, y: np.mean(np.log(np.exp(c).sum(axis=1)) - (y * c).sum(axis=1))],
    "F1": [lambda c, y: -np.mean((y * log_softmax(softmax(c))).sum(axis=1))],
    "F2": [lambda c, y: -np.mean(np.log((y * columns(c)).sum(axis=1)))],
    "F3": [lambda c, y: -np.mean((y * (c - c.max() - np.log(np.exp(c - c.max()).sum()))).sum(1))],
}

GRAD_LOGITS = {
    "D1": lambda c, y: softmax(c) - y,
    "D2": lambda c, y: (softmax(c) - y) / len(y) ** 2,
    "D3": lambda c, y: (softmax(c) - y) / y.size,
    "E1": lambda c, y: (y - softmax(c)) / len(y),
    "E2": lambda c, y: softmax(c) / len(y),
    "E3": lambda c, y: (softmax(c) - np.argmax(y, axis=1).reshape(-1, 1)) / len(y),
    "E4": lambda c, y: (c - y) / len(y),
    "E5": lambda c, y: (log_softmax(c) - y) / len(y),
    "E6": lambda c, y: -y / softmax(c) / len(y),
    "E7": lambda c, y: (softmax(c) - y) * softmax(c) * (1 - softmax(c)) / len(y),
    "E8": lambda c, y: y * (softmax(c) - 1) / len(y),
    "E9": lambda c, y: 2 * (softmax(c) - y) / len(y),
    "E10": lambda c, y: (hard(c) - y) / len(y),
    "F1": lambda c, y: (softmax(softmax(c)) - y) / len(y),
    "F2": lambda c, y: (columns(c) - y) / len(y),
    "F3": lambda c, y: (all_at_once(c) - y) / len(y),
}
BACKWARD_LOGITS = {name: [wrong] for name, wrong in GRAD_LOGITS.items()} | {
    "L5": [lambda c, y: (plainly(c) - y) / len(y)],
}


def right_grad_logits(c, y):
    return (softmax(c) - y) / len(y)


def rows(dc):
    return dc.sum(axis=0, keepdims=True)


def one_layer(dc=right_grad_logits, weights=lambda x, dc: x.T @ dc, bias=rows, out=None):
    """A whole backward of one layer with some of its lines exchanged."""

    def backward(x, W, b, y):
        c = out(x, W, b) if out else x @ W + b
        back = dc(c, y)
        return weights(x, back), bias(back)

    return backward


BACKWARD = {name: [one_layer(wrong)] for name, wrong in GRAD_LOGITS.items()} | {
    "B2": [one_layer(weights=lambda x, dc: dc.T @ x)],
    "B3": [one_layer(weights=lambda x, dc: x @ dc)],
    "B4": [one_layer(weights=lambda x, dc: x * dc)],
    "D4": [one_layer(bias=lambda dc: len(dc) * rows(dc))],
    "G1": [one_layer(bias=lambda dc: dc.sum(axis=1))],
    "G2": [one_layer(bias=lambda dc: dc)],
    "G3": [one_layer(bias=lambda dc: dc.mean(axis=0, keepdims=True))],
    "G4": [one_layer(bias=np.sum)],
    "G5": [],
    "W2": [one_layer(out=lambda x, W, b: relu(x @ W + b))],
    "W3": [one_layer(out=lambda x, W, b: x @ W)],
}


def two_layers(**lines):
    """A whole backward of two layers with some of its lines exchanged."""

    def backward(x, W1, b1, W2, b2, y):
        a = x @ W1 + (b1 if lines.get("b1", True) else 0)
        h = lines.get("act", rectified)(a)
        c = lines.get("out", lambda c: c)(h @ W2 + (b2 if lines.get("b2", True) else 0))
        dc = lines.get("dc", right_grad_logits)(c, y)
        dW2 = lines.get("dW2", lambda a, h, dc: h.T @ dc)(a, h, dc)
        db2 = lines.get("db2", rows)(dc)
        dh = lines.get("dh", lambda dc, W1, W2, dW2: dc @ W2.T)(dc, W1, W2, dW2)
        da = lines.get("da", lambda dh, a: dh * (a > 0))(dh, a)
        dW1 = lines.get("dW1", lambda x, h, dh, da: x.T @ da)(x, h, dh, da)
        db1 = lines.get("db1", lambda dh, da: rows(da))(dh, da)
        return dW1, db1, dW2, db2

    return backward


GRAD_PRE = {
    "A1": lambda dh, a: dh,
    "A2": lambda dh, a: relu(dh),
    "A3": lambda dh, a: dh * relu(a),
    "A4": lambda dh, a: (a > 0).astype(float),
    "A7": lambda dh, a: np.where(a < 0, dh, 0),
    "A8": lambda dh, a: dh * relu(a) * (1 - relu(a)),
}
BACKWARD_TWO = (
    {name: [two_layers(da=wrong)] for name, wrong in GRAD_PRE.items()}
    | {name: [two_layers(dc=wrong)] for name, wrong in GRAD_LOGITS.items()}
    | {
        "B1": [two_layers(dW2=lambda a, h, dc: a.T @ dc)],
        "B2": [
            two_layers(dW2=lambda a, h, dc: dc.T @ h),
            two_layers(dW1=lambda x, h, dh, da: da.T @ x),
        ],
        "B3": [two_layers(dW2=lambda a, h, dc: h @ dc)],
        "B4": [two_layers(dW2=lambda a, h, dc: h * dc)],
        "B5": [two_layers(dW1=lambda x, h, dh, da: h.T @ da)],
        "B6": [
            two_layers(dW1=lambda x, h, dh, da: x.T @ dh),
            two_layers(db1=lambda dh, da: rows(dh)),
        ],
        "C1": [two_layers(dh=lambda dc, W1, W2, dW2: dc @ W2)],
        "C2": [two_layers(dh=lambda dc, W1, W2, dW2: dc @ W1.T)],
        "C3": [two_layers(dh=lambda dc, W1, W2, dW2: dc @ (W2 - 0.01 * dW2).T)],
        "D4": [
            two_layers(db2=lambda dc: len(dc) * rows(dc)),
            two_layers(db1=lambda dh, da: len(da) * rows(da)),
        ],
        "G1": [two_layers(db2=lambda dc: dc.sum(1))],
        "G2": [two_layers(db2=lambda dc: dc), two_layers(db1=lambda dh, da: da)],
        "G3": [
            two_layers(db2=lambda dc: dc.mean(0, keepdims=True)),
            two_layers(db1=lambda dh, da: da.mean(0, keepdims=True)),
        ],
        "G4": [two_layers(db1=lambda dh, da: da.sum(), db2=np.sum)],
        "W1": [two_layers(act=lambda a: a)],
        "W2": [two_layers(out=relu)],
        "W3": [two_layers(b1=False), two_layers(b2=False)],
        "W4": [two_layers(out=softmax)],
    }
)


def weights_product(x, W, b, y):
    dc = right_grad_logits(x @ W + b, y)
    return x.T @ dc, rows(x.T @ dc)


def weights_product_two(x, W1, b1, W2, b2, y):
    dW1, db1, dW2, _ = two_layers()(x, W1, b1, W2, b2, y)
    return dW1, db1, dW2, rows(dW2)


BACKWARD["G5"] = [weights_product]
BACKWARD_TWO["G5"] = [weights_product_two]

WRONG = {
    "batches.softmax": SOFTMAX,
    "batches.cross_entropy": CROSS_ENTROPY,
    "batches.backward_logits": BACKWARD_LOGITS,
    "batches.backward": BACKWARD,
    "batches.backward_two": BACKWARD_TWO,
}


def tensor(array):
    return torch.from_numpy(np.array(array))


def by_loops(x, W, b, y):
    dW, db = np.zeros_like(W), np.zeros_like(b)
    for features, right in zip(x, y, strict=True):
        back = (softmax(features @ W + b) - right) / len(x)
        dW += np.outer(features, back)
        db += back
    return dW, db


def by_einsum(x, W, b, y):
    back = right_grad_logits(np.einsum("nd,dc->nc", x, W) + b, y)
    return np.einsum("nd,nc->dc", x, back), np.einsum("nc->c", back).reshape(b.shape)


def by_torch(x, W, b, y):
    back = (torch.softmax(tensor(x) @ tensor(W) + tensor(b), dim=1) - tensor(y)) / len(x)
    return tensor(x).T @ back, back.sum(dim=0, keepdim=True)


def two_by_loops(x, W1, b1, W2, b2, y):
    total = [np.zeros_like(one) for one in (W1, b1, W2, b2)]
    for n in range(len(x)):
        own = two_layers()(x[n : n + 1], W1, b1, W2, b2, y[n : n + 1])
        total = [one + other / len(x) for one, other in zip(total, own, strict=True)]
    return total


def two_by_ones(x, W1, b1, W2, b2, y):
    """The bias as a weight of an input that is always 1."""
    ones = np.ones((1, len(x)))
    a = x @ W1 + b1
    h = np.where(a > 0, a, 0)
    dc = right_grad_logits(h @ W2 + b2, y)
    da = np.where(a > 0, dc @ W2.T, 0)
    return x.T @ da, ones @ da, h.T @ dc, ones @ dc


RIGHT = {
    "batches.softmax": [
        softmax,
        lambda c: np.exp(log_softmax(c)),
        lambda c: [softmax(row[None])[0].tolist() for row in c],
        lambda c: torch.softmax(tensor(c), dim=1),
        lambda c: softmax(c.astype(np.float32)),
    ],
    "batches.cross_entropy": [
        lambda c, y: -(y * log_softmax(c)).sum() / len(c),
        lambda c, y: -log_softmax(c)[y == 1].mean(),
        lambda c, y: torch.nn.functional.cross_entropy(tensor(c), tensor(y)),
        lambda c, y: float(np.mean([-log_softmax(c)[n, y[n].argmax()] for n in range(len(c))])),
    ],
    "batches.backward_logits": [
        right_grad_logits,
        lambda c, y: (softmax(c) - y) * (1 / len(c)),
        lambda c, y: (torch.softmax(tensor(c), dim=1) - tensor(y)) / c.shape[0],
        lambda c, y: np.array([right_grad_logits(c[n : n + 1], y[n : n + 1])[0] / len(c)
                               for n in range(len(c))]),
    ],
    "batches.backward": [one_layer(), by_loops, by_einsum, by_torch],
    "batches.backward_two": [two_layers(), two_by_loops, two_by_ones],
}  # fmt: skip
