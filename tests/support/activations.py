"""Right and wrong answers of `activations`, as learners type them."""

import math

import numpy as np
import torch


def logistic(a):
    return 1 / (1 + np.exp(-a))


def with_slope(value, slope):
    """An activation that returns both."""
    return lambda pre: (value(pre), slope(pre))


SIGMOID = {
    "S1": [with_slope(logistic, lambda a: a * (1 - a))],
    "S2": [with_slope(logistic, lambda a: logistic(logistic(a)) * (1 - logistic(logistic(a))))],
    "S3": [with_slope(lambda a: logistic(-a), lambda a: logistic(a) * logistic(-a))],
}
TANH = {
    "H1": [with_slope(np.tanh, lambda a: 1 - np.tanh(a))],
    "H2": [with_slope(np.tanh, lambda a: 1 - a * a)],
    "H3": [with_slope(np.tanh, lambda a: np.tanh(a) * (1 - np.tanh(a)))],
}


def leaky(a):
    return np.where(a > 0, a, 0.01 * a)


def leaky_slope(a):
    return np.where(a > 0, 1.0, 0.01)


LEAKY_RELU = {
    "K1": [with_slope(lambda a: np.maximum(a, 0), leaky_slope)],
    "K2": [with_slope(leaky, lambda a: (a > 0).astype(float))],
    "K3": [with_slope(leaky, lambda a: np.where(a < 0, 0.01, 1))],
    "K4": [with_slope(leaky, leaky)],
}


def pass_back(dW2=lambda h, s, dc: h.T @ dc, da=lambda dh, h, s: dh * s, first=None):
    """A whole backward with some of its lines exchanged."""

    def backward(x, W2, h, s, dc):
        dh = dc @ W2.T
        back = da(dh, h, s)
        of_W1, of_b1 = first(dh, back) if first else (back, back)
        return x.T @ of_W1, of_b1.sum(0, keepdims=True), dW2(h, s, dc), dc.sum(0, keepdims=True)

    return backward


BACKWARD = {
    "P1": [pass_back(da=lambda dh, h, s: dh)],
    "P2": [pass_back(da=lambda dh, h, s: dh * h)],
    "P3": [pass_back(dW2=lambda h, s, dc: s.T @ dc)],
    "P4": [
        pass_back(first=lambda dh, da: (dh, da)),
        pass_back(first=lambda dh, da: (da, dh)),
    ],
}


def through(step, pairs=lambda weights, slopes: list(zip(weights, slopes, strict=True))[::-1]):
    """A walk through the layers; step: gives what goes on, and what is kept."""

    def backward_through(grad, weights, slopes):
        kept = []
        for W, slope in pairs(weights, slopes):
            grad, own = step(grad, W, slope)
            kept.append(own)
        return kept[::-1]

    return backward_through


def right_step(grad, W, slope):
    grad = np.multiply(grad, slope) @ W.T
    return grad, grad


def _forwards(weights, slopes):
    return list(zip(weights, slopes, strict=True))


def _late(grad, W, slope):
    grad = grad @ W.T
    return grad, grad * slope


BACKWARD_THROUGH = {
    "V1": [through(right_step, _forwards)],
    "V2": [through(_late)],
    "V3": [through(lambda grad, W, slope: (grad @ W.T,) * 2)],
    "V4": [lambda grad, weights, slopes: through(right_step)(grad, weights, slopes)[::-1]],
}

WRONG = {
    "activations.sigmoid": SIGMOID,
    "activations.tanh": TANH,
    "activations.leaky_relu": LEAKY_RELU,
    "activations.backward": BACKWARD,
    "activations.backward_through": BACKWARD_THROUGH,
}


def by_loops(value, slope):
    """The same with Python's own numbers."""

    def activation(pre):
        values = [[value(float(a)) for a in row] for row in pre]
        return values, [[slope(float(a)) for a in row] for row in pre]

    return activation


def by_torch(function):
    def activation(pre):
        value = function(torch.from_numpy(pre.copy()))
        return value, value * (1 - value) if function is torch.sigmoid else 1 - value**2

    return activation


def recursive(grad, weights, slopes):
    if not weights:
        return []
    own = np.einsum("no,no,io->ni", grad, slopes[-1], weights[-1])
    return [*recursive(own, weights[:-1], slopes[:-1]), own]


def einsums(x, W2, h, s, dc):
    da = np.einsum("nc,hc,nh->nh", dc, W2, s)
    return (
        np.einsum("nd,nh->dh", x, da),
        np.ones((1, len(x))) @ da,
        np.einsum("nh,nc->hc", h, dc),
        np.sum(dc, axis=0)[None],
    )


RIGHT = {
    "activations.sigmoid": [
        with_slope(logistic, lambda a: logistic(a) * (1 - logistic(a))),
        with_slope(lambda a: (1 + np.tanh(a / 2)) / 2, lambda a: logistic(a) * logistic(-a)),
        by_torch(torch.sigmoid),
        by_loops(
            lambda a: 1 / (1 + math.exp(-a)), lambda a: math.exp(-a) / (1 + math.exp(-a)) ** 2
        ),
    ],
    "activations.tanh": [
        with_slope(np.tanh, lambda a: 1 - np.tanh(a) ** 2),
        with_slope(lambda a: 2 * logistic(2 * a) - 1, lambda a: 1 / np.cosh(a) ** 2),
        by_torch(torch.tanh),
        by_loops(math.tanh, lambda a: (1 - math.tanh(a)) * (1 + math.tanh(a))),
    ],
    "activations.leaky_relu": [
        with_slope(leaky, leaky_slope),
        with_slope(lambda a: np.maximum(a, 0.01 * a), lambda a: 0.01 + 0.99 * (a > 0)),
        by_loops(lambda a: a if a > 0 else a / 100, lambda a: 1 if a > 0 else 0.01),
    ],
    "activations.backward": [
        pass_back(),
        einsums,
        lambda *given: [one.astype(np.float32) for one in pass_back()(*given)],
    ],
    "activations.backward_through": [
        through(right_step),
        recursive,
        lambda grad, weights, slopes: tuple(recursive(grad, weights, slopes)),
    ],
}
