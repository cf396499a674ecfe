"""Answers as novices type them, wrong ones and right ones in odd styles: data, by question.

Typed without the catalogue, so that its gaps show: `python -m tests.support.explained` counts how
many of them a check explains. Above each answer stands one comment: whether the
mistake is made `often` or `seldom`, or the answer is `right`; the ids of the catalogue's entries
that truly tell it, joined by commas, or `-`; and what is wrong, in words. `#!` ends each line at
fault, where that is clear.
"""

import linecache
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from chainrule.exercises.questions import QUESTIONS
from chainrule.networks.network import WORKED_EXAMPLES
from tests.support.given import loss_and_gradients
from tests.support.right_answers import RIGHT

SOFTMAX = """
# often L5 exp of the raw scores
def softmax(logits):
    exps = np.exp(logits)  #!
    return exps / exps.sum(axis=1, keepdims=True)

# often L5 exp of the raw scores, in one line
def softmax(logits):
    return np.exp(logits) / np.sum(np.exp(logits))  #!

# often F2 sums down the columns
def softmax(logits):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    exps = np.exp(shifted)
    return exps / np.sum(exps, axis=0)  #!

# often - does not divide
def softmax(logits):
    m = np.max(logits, axis=1, keepdims=True)
    e = np.exp(logits - m)
    return e  #!

# often - divides by the largest, not the sum
def softmax(logits):
    e = np.exp(logits - np.max(logits))
    return e / np.max(e)  #!

# often - the mean in place of the sum
def softmax(logits):
    z = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(z)
    probs = e / e.mean(axis=1, keepdims=True)  #!
    return probs

# often - no exp at all
def softmax(logits):
    return logits / logits.sum(axis=1, keepdims=True)  #!

# often - shifted, but no exp
def softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted / shifted.sum(axis=1, keepdims=True)  #!

# often - returns the shifted scores
def softmax(logits):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    exps = np.exp(shifted)
    probs = exps / np.sum(exps, axis=1, keepdims=True)
    return shifted  #!

# often - logarithm of softmax
def softmax(logits):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return log_probs  #!

# often - shift only in the numerator
def softmax(logits):
    m = logits.max(axis=1, keepdims=True)
    return np.exp(logits - m) / np.exp(logits).sum(axis=1, keepdims=True)  #!

# often L5 the shift is added
def softmax(logits):
    m = logits.max(axis=1, keepdims=True)
    e = np.exp(logits + m)  #!
    return e / e.sum(axis=1, keepdims=True)

# often - divided by the largest score instead of shifted
def softmax(logits):
    scaled = logits / logits.max(axis=1, keepdims=True)  #!
    e = np.exp(scaled)
    return e / e.sum(axis=1, keepdims=True)

# often - a sigmoid
def softmax(logits):
    return 1 / (1 + np.exp(-logits))  #!

# seldom - exponent with a minus
def softmax(logits):
    e = np.exp(-logits)  #!
    return e / e.sum(axis=1, keepdims=True)

# often - shift by the mean only
def softmax(logits):
    e = np.exp(logits - logits.mean(axis=1, keepdims=True))  #!
    return e / e.sum(axis=1, keepdims=True)

# often - keepdims forgotten and axis 0 at one row
def softmax(logits):
    e = np.exp(logits - np.max(logits))
    return e[0] / e[0].sum()  #!

# seldom - rounded to be pretty
def softmax(logits):
    e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    return np.round(e / e.sum(axis=1, keepdims=True), 3)  #!

# often - fill with ints: the buffer is an array of int
def softmax(logits):
    out = np.zeros(logits.shape, dtype=int)
    e = np.exp(logits - logits.max())
    for j in range(logits.shape[1]):
        out[0, j] = e[0, j] / e.sum()  #!
    return out

# often - the loop leaves out the last class
def softmax(logits):
    e = np.exp(logits - logits.max())
    total = 0
    for j in range(logits.shape[1] - 1):
        total += e[0, j]  #!
    return e / total

# often - math.exp of an array
def softmax(logits):
    e = math.exp(logits - logits.max())  #!
    return e / e.sum()

# often - the hard winner
def softmax(logits):
    out = np.zeros_like(logits)
    out[0, np.argmax(logits)] = 1  #!
    return out

# seldom - base 2
def softmax(logits):
    e = 2 ** (logits - logits.max(axis=1, keepdims=True))  #!
    return e / e.sum(axis=1, keepdims=True)

# seldom - absolute values
def softmax(logits):
    a = np.abs(logits)  #!
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

# often - a tiny number against division by zero
def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-3)  #!

# often - clipped so that it cannot overflow
def softmax(logits):
    z = np.clip(logits, -1, 1)  #!
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)

# often - a missing pair of brackets
def softmax(logits):
    m = logits.max(axis=1, keepdims=True)
    return np.exp(logits - m / np.exp(logits - m).sum(axis=1, keepdims=True))  #!

# often F1 twice
def softmax(logits):
    def soft(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    return soft(soft(logits))  #!

# right
def softmax(logits):
    m = max(logits[0])
    nums = [math.exp(v - m) for v in logits[0]]
    s = sum(nums)
    return [[n / s for n in nums]]

# right
def softmax(logits):
    z = logits.copy()
    z -= z.max()
    np.exp(z, out=z)
    z /= z.sum()
    return z

# right
def softmax(logits):
    out = np.zeros(logits.shape)
    for i, row in enumerate(logits):
        top = np.exp(row - row.max())
        for j in range(len(row)):
            out[i][j] = top[j] / np.sum(top)
    return out

# right
def softmax(logits):
    C = logits.shape[1]
    return np.array([[1 / np.exp(logits[0] - logits[0, j]).sum() for j in range(C)]])

# right
def softmax(logits):
    z = logits - logits.max(axis=-1)[:, None]
    return np.divide(np.exp(z), np.exp(z) @ np.ones((z.shape[1], 1)))

# right
def softmax(logits):
    sum = np.exp(logits - np.max(logits)).sum()
    return np.exp(logits - np.max(logits) - np.log(sum))
"""

CROSS_ENTROPY = """
# often L6 the log of a probability that may be 0
def cross_entropy(logits, one_hot):
    probs = softmax(logits)
    return -np.sum(one_hot * np.log(probs))  #!

# often L6 the same, of the picked one
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    t = np.argmax(one_hot)
    return -np.log(p[0, t])  #!

# often - a small number inside the log
def cross_entropy(logits, one_hot):
    probs = softmax(logits)
    return -np.sum(one_hot * np.log(probs + 1e-8)) / len(logits)  #!

# often - a small number inside the log
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    eps = 1e-12
    loss = -np.sum(one_hot * np.log(p + eps))  #!
    return loss

# often - clipped probabilities
def cross_entropy(logits, one_hot):
    p = np.clip(softmax(logits), 1e-15, 1 - 1e-15)  #!
    return -(one_hot * np.log(p)).sum() / one_hot.shape[0]

# often L1 the minus forgotten
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    log_p = (logits - m) - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return np.sum(one_hot * log_p) / len(logits)  #!

# often L3 the mean over all entries
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -np.mean(one_hot * log_p)  #!

# often - not picked: all classes summed
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    log_probs = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -log_probs.sum() / len(logits)  #!

# often L2 no logarithm
def cross_entropy(logits, one_hot):
    probs = softmax(logits)
    return -np.sum(one_hot * probs)  #!

# often - binary cross-entropy
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    return -np.sum(one_hot * np.log(p) + (1 - one_hot) * np.log(1 - p))  #!

# often - squared error
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    return np.sum((p - one_hot) ** 2) / len(logits)  #!

# often - the log of the scores
def cross_entropy(logits, one_hot):
    return -np.sum(one_hot * np.log(logits)) / len(logits)  #!

# often - the max is not taken away in the first term
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    lse = np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    log_probs = logits - lse  #!
    return -(one_hot * log_probs).sum() / len(logits)

# often L5 the max is not taken away in the second term
def cross_entropy(logits, one_hot):
    m = np.max(logits, axis=1, keepdims=True)
    log_probs = (logits - m) - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))  #!
    return -np.sum(log_probs * one_hot) / logits.shape[0]

# often - plus for minus in the log of a quotient
def cross_entropy(logits, one_hot):
    m = np.max(logits, axis=1, keepdims=True)
    log_probs = (logits - m) + np.log(np.sum(np.exp(logits - m), axis=1, keepdims=True))  #!
    return -np.sum(log_probs * one_hot) / logits.shape[0]

# often - sum of the logs in place of the log of the sum
def cross_entropy(logits, one_hot):
    m = np.max(logits, axis=1, keepdims=True)
    s = np.sum(np.log(np.exp(logits - m)), axis=1, keepdims=True)  #!
    return -np.sum(one_hot * (logits - m - s)) / len(logits)

# often - the loss per example in an array
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -one_hot * log_p  #!

# often - the loss as a row
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -np.sum(one_hot * log_p, axis=1)  #!

# often F1 softmax of softmax
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    m = p.max(axis=1, keepdims=True)  #!
    log_p = p - m - np.log(np.exp(p - m).sum(axis=1, keepdims=True))  #!
    return -np.sum(one_hot * log_p)

# often L4 log10
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    e = np.exp(logits - m)
    return -np.sum(one_hot * ((logits - m) / np.log(10) - np.log10(e.sum())))  #!

# seldom - the winner in place of the target
def cross_entropy(logits, one_hot):
    t = np.argmax(logits, axis=1)  #!
    m = logits.max(axis=1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(logits)), t].mean()  #!

# often - an entropy of the prediction
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    return -np.sum(p * np.log(p))  #!

# often - argmax without axis as a mask, wrong way to index
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    t = np.argmax(one_hot)
    return -np.log(p[t])  #!

# seldom - the matrix product with the one-hot row, not transposed
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    return -np.log(p @ one_hot)  #!

# often - the matrix product, transposed: a 1 x 1 array, log may be -inf
def cross_entropy(logits, one_hot):
    log_p = np.log(softmax(logits))  #!
    return -(log_p @ one_hot.T)

# often L5 log of sum of exp without shift
def cross_entropy(logits, one_hot):
    lse = np.log(np.sum(np.exp(logits), axis=1))  #!
    return np.mean(lse - np.sum(logits * one_hot, axis=1))

# often L3 divided by the classes
def cross_entropy(logits, one_hot):
    N = logits.shape[1]  #!
    m = logits.max()
    log_p = logits - m - np.log(np.sum(np.exp(logits - m)))
    return -np.sum(one_hot * log_p) / N  #!

# often - only the target's score
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    return -((logits - m) * one_hot).sum() / len(logits)  #!

# often - where for safety
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    p = np.where(p < 1e-10, 1e-10, p)  #!
    return -np.sum(one_hot * np.log(p))

# often - np.maximum for safety
def cross_entropy(logits, one_hot):
    p = softmax(logits)
    return -np.log(max((p * one_hot).sum(), 1e-7))  #!

# often - nothing returned
def cross_entropy(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    loss = -(one_hot * log_p).sum()

# often U10 reads the notebook's logits
def cross_entropy(scores, one_hot):
    m = logits.max(axis=1, keepdims=True)  #!
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -(one_hot * log_p).sum()  #!

# right
def cross_entropy(logits, one_hot):
    t = int(np.argmax(one_hot[0]))
    top = logits.max()
    return np.log(sum(math.exp(c - top) for c in logits[0])) - (logits[0][t] - top)

# right
def cross_entropy(logits, one_hot):
    margins = logits - (logits * one_hot).sum(axis=1, keepdims=True)
    big = margins.max()
    return big + np.log(np.exp(margins - big).sum())

# right
def cross_entropy(logits, one_hot):
    total = 0.0
    for row, y in zip(logits, one_hot):
        m = row.max()
        log_sum = m + np.log(np.exp(row - m).sum())
        for c, hit in zip(row, y):
            if hit:
                total += log_sum - c
    return total / len(logits)

# right
def cross_entropy(logits, one_hot):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -np.einsum("nc,nc->", log_p, one_hot) / one_hot.sum()

# right
def cross_entropy(logits, one_hot):
    e = logits - np.max(logits)
    sum = np.exp(e).sum()
    picked = e[one_hot.astype(bool)]
    return (np.log(sum) - picked).item()

# right
def cross_entropy(logits, one_hot):
    shift = logits.max(1).reshape(-1, 1)
    a = np.multiply(one_hot, logits - shift)
    return -1 * np.mean(np.sum(a, 1) - np.log(np.sum(np.exp(logits - shift), 1)))
"""

BACKWARD_LOGITS = """
# often E1 the wrong way round
def backward_logits(logits, one_hot):
    probs = softmax(logits)
    return (one_hot - probs) / len(logits)  #!

# often E1 the error as it is called elsewhere
def backward_logits(logits, one_hot):
    p = softmax(logits)
    error = one_hot - p  #!
    return error

# often E2 no target
def backward_logits(logits, one_hot):
    grad = softmax(logits)
    return grad  #!

# often D3 divided by all entries
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return (p - one_hot) / p.size  #!

# often D3 divided by the classes
def backward_logits(logits, one_hot):
    N = logits.shape[1]  #!
    p = softmax(logits)
    return (p - one_hot) / N  #!

# often E6 the slope of the log only
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return -one_hot / p  #!

# often E8 only the diagonal
def backward_logits(logits, one_hot):
    p = softmax(logits)
    dp = -one_hot / p
    return dp * p * (1 - p)  #!

# often E7 times p(1-p) again
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return (p - one_hot) * p * (1 - p)  #!

# often E4 the scores
def backward_logits(logits, one_hot):
    return (logits - one_hot) / len(logits)  #!

# often E9 a square's 2
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return 2 * (p - one_hot)  #!

# often - the slope of a squared error through softmax
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return 2 * (p - one_hot) * p * (1 - p)  #!

# often - the product of p and y
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return p * one_hot  #!

# often E8 only the target's entry gets its minus one, the others nothing
def backward_logits(logits, one_hot):
    p = softmax(logits)
    grad = np.zeros_like(p)
    t = np.argmax(one_hot)
    grad[0, t] = p[0, t] - 1  #!
    return grad

# often - plus one at the target
def backward_logits(logits, one_hot):
    p = softmax(logits)
    p[0, np.argmax(one_hot)] += 1  #!
    return p

# often - minus one everywhere
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return p - 1  #!

# often - the loss itself
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return -one_hot * np.log(p)  #!

# often - the absolute value
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return abs(p - one_hot)  #!

# often - squared
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return (p - one_hot) ** 2  #!

# often - the whole Jacobian, with a plus
def backward_logits(logits, one_hot):
    p = softmax(logits)[0]
    J = np.diag(p) + np.outer(p, p)  #!
    dp = -one_hot[0] / p
    return (dp @ J).reshape(1, -1)

# often - the Jacobian returned
def backward_logits(logits, one_hot):
    p = softmax(logits)[0]
    return np.diag(p) - np.outer(p, p)  #!

# often - the mean over the classes
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return np.mean(p - one_hot, axis=0)  #!

# often - the row axis lost
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return (p - one_hot)[0]  #!

# often - summed
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return np.sum(p - one_hot)  #!

# often - transposed
def backward_logits(logits, one_hot):
    p = softmax(logits)
    return (p - one_hot).T  #!

# often - class number as an index, off by one
def backward_logits(logits, one_hot):
    t = int(np.sum(one_hot * np.arange(1, one_hot.shape[1] + 1)))  #!
    p = softmax(logits)
    p[:, t] -= 1  #!
    return p

# often - the first class is taken for the target
def backward_logits(logits, one_hot):
    p = softmax(logits)
    p[:, 0] -= 1  #!
    return p

# often - a float as an index
def backward_logits(logits, one_hot):
    p = softmax(logits)
    t = one_hot.max()
    p[0, t] -= 1  #!
    return p

# seldom - softmax called with two arguments
def backward_logits(logits, one_hot):
    p = softmax(logits, one_hot)  #!
    return p - one_hot

# seldom - softmax of the target
def backward_logits(logits, one_hot):
    return softmax(logits) - softmax(one_hot)  #!

# seldom - softmax of the difference
def backward_logits(logits, one_hot):
    return softmax(logits - one_hot)  #!

# often L5 exp of raw scores, written again
def backward_logits(logits, one_hot):
    e = np.exp(logits)  #!
    p = e / e.sum()
    return (p - one_hot) / len(logits)

# right
def backward_logits(logits, one_hot):
    g = softmax(logits).copy()
    g[np.arange(len(g)), one_hot.argmax(1)] -= 1
    return g / len(g)

# right
def backward_logits(logits, one_hot):
    p = softmax(logits)[0]
    J = -np.outer(p, p)
    J[np.diag_indices(len(p))] += p
    t = one_hot[0].argmax()
    return (np.eye(len(p))[t] @ -J / p[t])[None]

# right
def backward_logits(logits, one_hot):
    p = softmax(logits)
    grad = []
    for j in range(p.shape[1]):
        if one_hot[0, j] == 1:
            grad.append(-(1 - p[0, j]))
        else:
            grad.append(p[0, j])
    return np.array([grad])

# right
def backward_logits(logits, one_hot):
    N = logits.shape[0]
    first = -one_hot
    second = softmax(logits)
    return np.add(first, second) * (1 / N)

# right
def backward_logits(logits, one_hot):
    probs = softmax(logits)
    grad_loss = -1.0
    grad_log = one_hot * grad_loss
    grad_shift = grad_log - probs * grad_log.sum(axis=1, keepdims=True)
    return grad_shift / len(probs)

# right
def backward_logits(logits, one_hot):
    return np.where(one_hot == 1, softmax(logits) - 1, softmax(logits))
"""

BACKWARD_ONE = """
# often B3 no transpose
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = backward_logits(logits, one_hot)
    grad_W = x @ grad_logits  #!
    grad_b = grad_logits
    return grad_W, grad_b

# often B2 transposed
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    grad_W = g.T @ x  #!
    grad_b = g.sum(axis=0, keepdims=True)
    return grad_W, grad_b

# often B2 transposed by np.outer
def backward(x, W, b, one_hot):
    g = backward_logits(np.dot(x, W) + b, one_hot)
    grad_W = np.outer(g, x)  #!
    return grad_W, g

# often B4 elementwise
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = softmax(logits) - one_hot
    return x * grad_logits, grad_logits  #!

# often G1 summed over the wrong axis
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = backward_logits(logits, one_hot)
    grad_W = x.T @ grad_logits
    grad_b = np.sum(grad_logits, axis=1, keepdims=True)  #!
    return grad_W, grad_b

# often G4 summed over everything
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    return x.T @ grad_logits, np.sum(grad_logits)  #!

# often - no keepdims
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ grad_logits
    grad_b = np.sum(grad_logits, axis=0)  #!
    return grad_W, grad_b

# often - the other order
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ grad_logits
    grad_b = grad_logits.sum(axis=0, keepdims=True)
    return grad_b, grad_W  #!

# often W3 bias left out
def backward(x, W, b, one_hot):
    logits = x @ W  #!
    grad_logits = backward_logits(logits, one_hot)
    return x.T @ grad_logits, grad_logits

# often - arguments of an earlier function exchanged
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = backward_logits(one_hot, logits)  #!
    return x.T @ grad_logits, grad_logits

# often - W in place of x
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = backward_logits(logits, one_hot)
    grad_W = W.T @ grad_logits  #!
    return grad_W, grad_logits

# often - the gradient of x
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = backward_logits(logits, one_hot)
    grad_W = grad_logits @ W.T  #!
    grad_b = grad_logits.sum(axis=0, keepdims=True)
    return grad_W, grad_b

# often - bias times b
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ grad_logits
    grad_b = b * grad_logits  #!
    return grad_W, grad_b

# often - ones for the bias: the local gradient only
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ grad_logits
    grad_b = np.ones_like(b)  #!
    return grad_W, grad_b

# often - divided by D
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ grad_logits / x.shape[1]  #!
    grad_b = grad_logits.sum(axis=0, keepdims=True)
    return grad_W, grad_b

# often - updated parameters returned
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(x @ W + b, one_hot)
    W = W - x.T @ grad_logits  #!
    b = b - grad_logits  #!
    return W, b

# often E1 the sign
def backward(x, W, b, one_hot):
    probs = softmax(x @ W + b)
    error = one_hot - probs  #!
    grad_W = x.T @ error
    grad_b = error
    return grad_W, grad_b

# often E4 the softmax forgotten
def backward(x, W, b, one_hot):
    out = x @ W + b
    grad_out = out - one_hot  #!
    return x.T @ grad_out, grad_out

# often F1 softmax applied before backward_logits
def backward(x, W, b, one_hot):
    probs = softmax(x @ W + b)
    grad_logits = backward_logits(probs, one_hot)  #!
    return x.T @ grad_logits, grad_logits

# often - a loop with the indices exchanged
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    grad_W = np.zeros_like(W)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            grad_W[i, j] = x[0, j] * g[0, i]  #!
    return grad_W, g

# often - the loop leaves out the last row
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    grad_W = np.zeros_like(W)
    for i in range(len(W) - 1):
        for j in range(W.shape[1]):
            grad_W[i, j] = x[0, i] * g[0, j]
    return grad_W, g

# often - only grad_W returned
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ g
    return grad_W  #!

# often - the forward line has W first
def backward(x, W, b, one_hot):
    logits = W @ x + b  #!
    g = backward_logits(logits, one_hot)
    return x.T @ g, g

# often - a weight decay of other courses
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ g + 0.1 * W  #!
    return grad_W, g

# often - the gradient is meant, the logits are taken
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logits = backward_logits(logits, one_hot)
    grad_W = x.T @ logits  #!
    grad_b = grad_logits
    return grad_W, grad_b

# often U10 reads the logits of the notebook
def backward(x, W, b, one_hot):
    grad_logits = backward_logits(logits, one_hot)  #!
    return x.T @ grad_logits, grad_logits

# often - a typo
def backward(x, W, b, one_hot):
    logits = x @ W + b
    grad_logit = backward_logits(logits, one_hot)
    grad_W = x.T @ grad_logts  #!
    return grad_W, grad_logit

# right
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    return np.outer(x, g), g

# right
def backward(x, W, b, one_hot):
    out = b + x.dot(W)
    delta = backward_logits(out, one_hot)
    dW = np.tensordot(x, delta, axes=(0, 0))
    db = np.ones((1, len(x))) @ delta
    return dW, db

# right
def backward(x, W, b, one_hot):
    z = np.hstack([x, np.ones((len(x), 1))]) @ np.vstack([W, b])
    g = softmax(z) - one_hot
    both = np.hstack([x, [[1.0]]]).T @ g
    return both[:-1], both[-1:]

# right
def backward(x, W, b, one_hot):
    g = softmax(x @ W + b) - one_hot
    grad_W = np.zeros(W.shape)
    for n in range(len(x)):
        grad_W += x[n][:, None] * g[n]
    return grad_W / len(x), g.mean(axis=0, keepdims=True)

# right
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    return (g.T @ x).T, g.sum(0).reshape(b.shape)

# right
def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    return [[xi * gj for gj in g[0]] for xi in x[0]], [list(g[0])]
"""

FORWARD = """
# often W1 no ReLU
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = hidden_pre  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - the pre-activation goes into the second layer
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_pre @ W2 + b2  #!
    return hidden_pre, hidden_act, logits

# often W3 no bias
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1  #!
    hidden_act = np.maximum(0, hidden_pre)
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often W3 no second bias
def forward(x, W1, b1, W2, b2):
    hidden_pre = np.dot(x, W1) + b1
    hidden_act = np.maximum(0, hidden_pre)
    logits = np.dot(hidden_act, W2)  #!
    return hidden_pre, hidden_act, logits

# often W4 probabilities
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    logits = softmax(hidden_act @ W2 + b2)  #!
    return hidden_pre, hidden_act, logits

# often W2 ReLU at the end too
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    logits = np.maximum(hidden_act @ W2 + b2, 0)  #!
    return hidden_pre, hidden_act, logits

# often - the largest of all
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.max(hidden_pre, 0)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - Python's max
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = max(0, hidden_pre)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - if on an array
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    if hidden_pre > 0:  #!
        hidden_act = hidden_pre
    else:
        hidden_act = 0
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - the mask in place of the activation
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = (hidden_pre > 0) * 1.0  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - minimum
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.minimum(hidden_pre, 0)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - sigmoid
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = 1 / (1 + np.exp(-hidden_pre))  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - tanh
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.tanh(hidden_pre)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# seldom - leaky
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.where(hidden_pre > 0, hidden_pre, 0.01 * hidden_pre)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# seldom - absolute value
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.abs(hidden_pre)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# seldom - capped at 1
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.clip(hidden_pre, 0, 1)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - softmax in the hidden layer
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = softmax(hidden_pre)  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - ReLU in place: hidden_pre changes too
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = hidden_pre
    hidden_act[hidden_act < 0] = 0  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - the first line is overwritten
def forward(x, W1, b1, W2, b2):
    hidden = x @ W1 + b1
    hidden = np.maximum(hidden, 0)  #!
    logits = hidden @ W2 + b2
    return hidden, hidden, logits  #!

# often - results in another order
def forward(x, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = np.maximum(a, 0)
    c = h @ W2 + b2
    return h, a, c  #!

# often - the bias is multiplied in
def forward(x, W1, b1, W2, b2):
    hidden_pre = (x + b1) @ W1  #!
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - elementwise
def forward(x, W1, b1, W2, b2):
    hidden_pre = x * W1 + b1  #!
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_act * W2 + b2
    return hidden_pre, hidden_act, logits

# often - the transpose, as in other courses
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1.T + b1  #!
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_act @ W2.T + b2
    return hidden_pre, hidden_act, logits

# often - the wrong bias
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_act @ W2 + b1  #!
    return hidden_pre, hidden_act, logits

# often - the bias is taken away
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 - b1  #!
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - only the logits
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_act @ W2 + b2
    return logits  #!

# seldom W3 bias added after ReLU
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1
    hidden_act = np.maximum(hidden_pre, 0) + b1  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often W1,W3 two at once
def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1  #!
    hidden_act = hidden_pre  #!
    logits = hidden_act @ W2 + b2
    return hidden_pre, hidden_act, logits

# often - loop forgets to add up
def forward(x, W1, b1, W2, b2):
    D, H = W1.shape
    hidden_pre = np.zeros((1, H))
    for j in range(H):
        for i in range(D):
            hidden_pre[0, j] = x[0, i] * W1[i, j] + b1[0, j]  #!
    hidden_act = np.maximum(hidden_pre, 0)
    return hidden_pre, hidden_act, hidden_act @ W2 + b2

# often - loop adds the bias every time
def forward(x, W1, b1, W2, b2):
    D, H = W1.shape
    hidden_pre = np.zeros((1, H))
    for j in range(H):
        for i in range(D):
            hidden_pre[0, j] += x[0, i] * W1[i, j] + b1[0, j]  #!
    hidden_act = np.maximum(hidden_pre, 0)
    return hidden_pre, hidden_act, hidden_act @ W2 + b2

# right
def forward(x, W1, b1, W2, b2):
    hidden_pre = np.matmul(x, W1) + b1
    hidden_act = hidden_pre * (hidden_pre > 0)
    logits = np.matmul(hidden_act, W2) + b2
    return hidden_pre, hidden_act, logits

# right
def forward(x, W1, b1, W2, b2):
    z1 = b1.copy()
    for i in range(x.shape[1]):
        z1 = z1 + x[:, i:i+1] * W1[i]
    a1 = z1.clip(min=0)
    z2 = b2.copy()
    for i in range(a1.shape[1]):
        z2 = z2 + a1[:, i:i+1] * W2[i]
    return z1, a1, z2

# right
def forward(x, W1, b1, W2, b2):
    a = (W1.T @ x.T + b1.T).T
    h = (abs(a) + a) / 2
    c = (W2.T @ h.T).T + b2
    return a, h, c

# right
def forward(x, W1, b1, W2, b2):
    relu = lambda v: v if v > 0 else 0.0
    a = x @ W1 + b1
    h = np.vectorize(relu)(a)
    return a, h, np.dot(h, W2) + b2

# right
def forward(x, W1, b1, W2, b2):
    one = np.ones((len(x), 1))
    a = np.concatenate([x, one], 1) @ np.concatenate([W1, b1])
    h = np.copy(a)
    h[h < 0] = 0
    c = np.concatenate([h, one], 1) @ np.concatenate([W2, b2])
    return a, h, c

# right
def forward(x, W1, b1, W2, b2):
    a = [sum(x[0] * W1[:, j]) + b1[0, j] for j in range(W1.shape[1])]
    h = [v if v >= 0 else 0 for v in a]
    c = [sum(np.array(h) * W2[:, k]) + b2[0, k] for k in range(W2.shape[1])]
    return [a], [h], [c]
"""

BACKWARD_OUTPUT = """
# often B3 no transpose
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act @ grad_logits  #!
    grad_b2 = grad_logits
    return grad_W2, grad_b2

# often B2 transposed
def backward_output(hidden_act, grad_logits):
    grad_W2 = grad_logits.T @ hidden_act  #!
    grad_b2 = grad_logits.sum(axis=0, keepdims=True)
    return grad_W2, grad_b2

# often - the wrong one transposed
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act @ grad_logits.T  #!
    grad_b2 = grad_logits
    return grad_W2, grad_b2

# often B4 elementwise
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act * grad_logits  #!
    grad_b2 = grad_logits
    return grad_W2, grad_b2

# often B2 elementwise with the transpose of the other
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act * grad_logits.T  #!
    grad_b2 = grad_logits
    return grad_W2, grad_b2

# often - no keepdims
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.T @ grad_logits
    grad_b2 = np.sum(grad_logits, axis=0)  #!
    return grad_W2, grad_b2

# often G1 axis 1
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.T @ grad_logits
    grad_b2 = np.sum(grad_logits, axis=1, keepdims=True)  #!
    return grad_W2, grad_b2

# often G4 everything
def backward_output(hidden_act, grad_logits):
    grad_W2 = np.dot(hidden_act.T, grad_logits)
    grad_b2 = np.sum(grad_logits)  #!
    return grad_W2, grad_b2

# often - mean over everything
def backward_output(hidden_act, grad_logits):
    grad_W2 = np.dot(hidden_act.T, grad_logits)
    grad_b2 = np.mean(grad_logits)  #!
    return grad_W2, grad_b2

# often - the other order
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.T @ grad_logits
    grad_b2 = grad_logits.sum(axis=0, keepdims=True)
    return grad_b2, grad_W2  #!

# often - ones for the bias
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.T @ grad_logits
    grad_b2 = np.ones_like(grad_logits)  #!
    return grad_W2, grad_b2

# often - only the local gradient
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.T  #!
    grad_b2 = np.ones((1, grad_logits.shape[1]))  #!
    return grad_W2, grad_b2

# often - divided by H
def backward_output(hidden_act, grad_logits):
    N = hidden_act.shape[1]  #!
    grad_W2 = hidden_act.T @ grad_logits / N  #!
    grad_b2 = grad_logits.sum(axis=0, keepdims=True) / N  #!
    return grad_W2, grad_b2

# often - divided by C
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.T @ grad_logits
    grad_b2 = grad_logits / grad_logits.shape[1]  #!
    return grad_W2, grad_b2

# often - minus
def backward_output(hidden_act, grad_logits):
    grad_W2 = -hidden_act.T @ grad_logits  #!
    grad_b2 = -grad_logits  #!
    return grad_W2, grad_b2

# often - the mask as well
def backward_output(hidden_act, grad_logits):
    grad_W2 = (hidden_act > 0).T @ grad_logits  #!
    grad_b2 = grad_logits.sum(axis=0, keepdims=True)
    return grad_W2, grad_b2

# often - only one returned
def backward_output(hidden_act, grad_logits):
    return hidden_act.T @ grad_logits  #!

# often - one dimension lost, then the dot of flat ones
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act[0].T @ grad_logits[0]  #!
    grad_b2 = grad_logits
    return grad_W2, grad_b2

# seldom - loop, written over
def backward_output(hidden_act, grad_logits):
    H, C = hidden_act.shape[1], grad_logits.shape[1]
    grad_W2 = np.zeros((H, C))
    for i in range(H):
        for j in range(C):
            grad_W2[i][j] = hidden_act[0][i] + grad_logits[0][j]  #!
    return grad_W2, grad_logits

# seldom G5 multiplied twice
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.T @ grad_logits
    grad_b2 = grad_W2.sum(axis=0, keepdims=True)  #!
    return grad_W2, grad_b2

# often - the input of other courses, divided by m
def backward_output(hidden_act, grad_logits):
    m = grad_logits.shape[1]  #!
    dW = (1 / m) * np.dot(hidden_act.T, grad_logits)  #!
    db = (1 / m) * np.sum(grad_logits, axis=0, keepdims=True)  #!
    return dW, db

# right
def backward_output(hidden_act, grad_logits):
    return np.kron(hidden_act.T, grad_logits), grad_logits * 1

# right
def backward_output(hidden_act, grad_logits):
    grad_W2 = hidden_act.reshape(-1, 1) * grad_logits
    grad_b2 = grad_logits.copy()
    return grad_W2, grad_b2

# right
def backward_output(hidden_act, grad_logits):
    H, C = hidden_act.shape[1], grad_logits.shape[1]
    grad_W2 = np.empty((H, C))
    for i in range(H):
        for j in range(C):
            grad_W2[i, j] = sum(hidden_act[:, i] * grad_logits[:, j])
    grad_b2 = [[sum(grad_logits[:, j]) for j in range(C)]]
    return grad_W2, grad_b2

# right
def backward_output(hidden_act, grad_logits):
    grad_W2 = (grad_logits.T @ hidden_act).T
    grad_b2 = np.atleast_2d(grad_logits.sum(0))
    return grad_W2, grad_b2

# right
def backward_output(hidden_act, grad_logits):
    a, g = np.matrix(hidden_act), np.matrix(grad_logits)
    return np.array(a.T * g), np.array(g.sum(axis=0))

# right
def backward_output(hidden_act, grad_logits):
    def layer(inp, out):
        return inp.transpose() @ out, out.sum(axis=0)[np.newaxis]
    return layer(hidden_act, grad_logits)
"""

BACKWARD_HIDDEN = """
# often C1 no transpose
def backward_hidden(grad_logits, W2):
    return grad_logits @ W2  #!

# often - the wrong one transposed
def backward_hidden(grad_logits, W2):
    return grad_logits.T @ W2  #!

# often - the wrong order, result transposed
def backward_hidden(grad_logits, W2):
    return W2 @ grad_logits.T  #!

# often - the wrong order
def backward_hidden(grad_logits, W2):
    return W2 @ grad_logits  #!

# often - W2.T first
def backward_hidden(grad_logits, W2):
    return W2.T @ grad_logits  #!

# often - elementwise
def backward_hidden(grad_logits, W2):
    grad_hidden_act = grad_logits * W2  #!
    return grad_hidden_act

# often - elementwise and summed down
def backward_hidden(grad_logits, W2):
    return np.sum(grad_logits * W2, axis=0, keepdims=True)  #!

# often - elementwise and summed, no row axis
def backward_hidden(grad_logits, W2):
    return np.sum(grad_logits * W2, axis=1)  #!

# often - the loop writes over the sum
def backward_hidden(grad_logits, W2):
    H, C = W2.shape
    grad = np.zeros((1, H))
    for j in range(H):
        for k in range(C):
            grad[0, j] = grad_logits[0, k] * W2[j, k]  #!
    return grad

# often - ReLU at once
def backward_hidden(grad_logits, W2):
    grad = grad_logits @ W2.T
    return np.maximum(grad, 0)  #!

# often - the sum of the weights
def backward_hidden(grad_logits, W2):
    return np.sum(W2, axis=1, keepdims=True).T  #!

# often - averaged
def backward_hidden(grad_logits, W2):
    return grad_logits @ W2.T / W2.shape[0]  #!

# often - averaged over the classes
def backward_hidden(grad_logits, W2):
    C = W2.shape[1]  #!
    return (grad_logits @ W2.T) / C  #!

# often - the sign
def backward_hidden(grad_logits, W2):
    return -grad_logits @ W2.T  #!

# seldom - the inverse
def backward_hidden(grad_logits, W2):
    return grad_logits @ np.linalg.inv(W2)  #!

# seldom - a pseudoinverse
def backward_hidden(grad_logits, W2):
    return grad_logits @ np.linalg.pinv(W2)  #!

# often - nothing returned
def backward_hidden(grad_logits, W2):
    grad_hidden_act = grad_logits @ W2.T

# often - printed in place of returned
def backward_hidden(grad_logits, W2):
    grad_hidden_act = np.dot(grad_logits, W2.T)
    print(grad_hidden_act)

# often - only the weights
def backward_hidden(grad_logits, W2):
    return W2.T  #!

# often - the notebook's W2 reshaped
def backward_hidden(grad_logits, W2):
    return grad_logits @ W2.reshape(W2.shape[1], W2.shape[0])  #!

# seldom U10 dW2 taken for dh
def backward_hidden(grad_logits, W2):
    return hidden_act.T @ grad_logits  #!

# often - the loop leaves out a class
def backward_hidden(grad_logits, W2):
    H, C = W2.shape
    grad = np.zeros((1, H))
    for j in range(H):
        for k in range(1, C):
            grad[0, j] += grad_logits[0, k] * W2[j, k]  #!
    return grad

# right
def backward_hidden(grad_logits, W2):
    return np.inner(grad_logits, W2)

# right
def backward_hidden(grad_logits, W2):
    return (grad_logits[:, None, :] * W2).sum(axis=2)

# right
def backward_hidden(grad_logits, W2):
    out = np.zeros((grad_logits.shape[0], W2.shape[0]))
    for k in range(W2.shape[1]):
        out += grad_logits[:, [k]] * W2[:, k]
    return out

# right
def backward_hidden(grad_logits, W2):
    WT = np.swapaxes(W2, 0, 1)
    return np.dot(grad_logits, WT)

# right
def backward_hidden(grad_logits, W2):
    H, C = W2.shape
    answer = []
    for j in range(H):
        total = 0
        for k in range(C):
            total += float(W2[j][k]) * float(grad_logits[0][k])
        answer.append(total)
    return [answer]

# right
def backward_hidden(grad_logits, W2):
    return np.tensordot(grad_logits, W2, axes=[[1], [1]])
"""

BACKWARD_RELU = """
# often A2 ReLU of the gradient
def backward_relu(grad_hidden_act, hidden_pre):
    return np.maximum(grad_hidden_act, 0)  #!

# often A1 the gradient as it came
def backward_relu(grad_hidden_act, hidden_pre):
    grad_hidden_pre = grad_hidden_act  #!
    return grad_hidden_pre

# often A5 at 0 the slope 1
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * (hidden_pre >= 0)  #!

# often A3 times the activation
def backward_relu(grad_hidden_act, hidden_pre):
    hidden_act = np.maximum(hidden_pre, 0)
    return grad_hidden_act * hidden_act  #!

# often - times the pre-activation
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * hidden_pre  #!

# often A4 only the mask
def backward_relu(grad_hidden_act, hidden_pre):
    return np.where(hidden_pre > 0, 1, 0)  #!

# often A2 the mask of the wrong thing
def backward_relu(grad_hidden_act, hidden_pre):
    mask = grad_hidden_act > 0  #!
    return grad_hidden_act * mask

# often - matrix product
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act @ (hidden_pre > 0)  #!

# often - matrix product with a transpose
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act @ (hidden_pre > 0).T  #!

# often - the pre-activation passed on
def backward_relu(grad_hidden_act, hidden_pre):
    return np.maximum(hidden_pre, 0)  #!

# often - the arguments exchanged
def backward_relu(grad_hidden_act, hidden_pre):
    return hidden_pre * (grad_hidden_act > 0)  #!

# often A7 upside down
def backward_relu(grad_hidden_act, hidden_pre):
    grad = grad_hidden_act.copy()
    grad[hidden_pre > 0] = 0  #!
    return grad

# often A5 at 0 nothing is set to 0
def backward_relu(grad_hidden_act, hidden_pre):
    grad = grad_hidden_act.copy()
    grad[hidden_pre < 0] = 0  #!
    return grad

# often - if on an array
def backward_relu(grad_hidden_act, hidden_pre):
    if hidden_pre > 0:  #!
        return grad_hidden_act
    else:
        return 0

# often - Python's max
def backward_relu(grad_hidden_act, hidden_pre):
    return max(0, grad_hidden_act)  #!

# often A4 hidden units that are open get 1
def backward_relu(grad_hidden_act, hidden_pre):
    grad = hidden_pre.copy()
    grad[grad > 0] = 1
    grad[grad <= 0] = 0
    return grad  #!

# often - sigmoid's slope
def backward_relu(grad_hidden_act, hidden_pre):
    s = 1 / (1 + np.exp(-hidden_pre))  #!
    return grad_hidden_act * s * (1 - s)  #!

# often - tanh's slope
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * (1 - np.tanh(hidden_pre) ** 2)  #!

# seldom - leaky
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * np.where(hidden_pre > 0, 1, 0.01)  #!

# seldom - the sign as slope
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * np.sign(hidden_pre)  #!

# often - added
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act + (hidden_pre > 0)  #!

# often - compared with 1
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * (hidden_pre > 1)  #!

# often - an array of int
def backward_relu(grad_hidden_act, hidden_pre):
    grad = np.zeros(hidden_pre.shape, dtype=int)
    for j in range(hidden_pre.shape[1]):
        if hidden_pre[0, j] > 0:
            grad[0, j] = grad_hidden_act[0, j]  #!
    return grad

# often U9 written into the argument
def backward_relu(grad_hidden_act, hidden_pre):
    grad_hidden_act[hidden_pre <= 0] = 0  #!
    return grad_hidden_act

# often - only the entries that pass
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act[hidden_pre > 0]  #!

# often - brackets: compares the product
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * hidden_pre > 0  #!

# often A7 0 in place of the gradient where open
def backward_relu(grad_hidden_act, hidden_pre):
    return np.where(hidden_pre > 0, 0, grad_hidden_act)  #!

# seldom - ReLU of the product
def backward_relu(grad_hidden_act, hidden_pre):
    return np.maximum(grad_hidden_act * hidden_pre, 0)  #!

# right
def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * np.heaviside(hidden_pre, 0)

# right
def backward_relu(grad_hidden_act, hidden_pre):
    slope = np.ones_like(hidden_pre)
    slope[np.logical_not(hidden_pre > 0)] = 0
    return np.multiply(slope, grad_hidden_act)

# right
def backward_relu(grad_hidden_act, hidden_pre):
    out = []
    for g, a in zip(grad_hidden_act.ravel(), hidden_pre.ravel()):
        if a > 0:
            out.append(g)
        else:
            out.append(0)
    return np.array(out).reshape(hidden_pre.shape)

# right
def backward_relu(grad_hidden_act, hidden_pre):
    hidden_act = np.maximum(0, hidden_pre)
    return np.where(hidden_act == 0, 0.0, grad_hidden_act)

# right
def backward_relu(grad_hidden_act, hidden_pre):
    gate = np.diag((hidden_pre[0] > 0).astype(float))
    return grad_hidden_act @ gate

# right
def backward_relu(grad_hidden_act, hidden_pre):
    return np.ma.masked_array(grad_hidden_act, mask=hidden_pre <= 0).filled(0)
"""

BACKWARD_TWO = """
# often A1 no mask
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2 = hidden_act.T @ grad_logits
    grad_b2 = grad_logits
    grad_hidden = grad_logits @ W2.T
    grad_W1 = x.T @ grad_hidden  #!
    grad_b1 = grad_hidden  #!
    return grad_W1, grad_b1, grad_W2, grad_b2

# often B1 the pre-activation
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = (softmax(logits) - one_hot) / len(x)
    grad_W2, grad_b2 = backward_output(hidden_pre, grad_logits)  #!
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often B6 the old gradient for W1
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1 = x.T @ grad_hidden_act  #!
    grad_b1 = grad_hidden_pre
    return grad_W1, grad_b1, grad_W2, grad_b2

# often - the arguments of backward_relu exchanged
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(hidden_pre, grad_hidden_act)  #!
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often B2 the arguments of backward_output exchanged
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(grad_logits, hidden_act)  #!
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often B5 the first layer gets hidden_act
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_act)
    grad_W1, grad_b1 = backward_output(hidden_act, grad_hidden_pre)  #!
    return grad_W1, grad_b1, grad_W2, grad_b2

# often E1 the sign
def backward(x, W1, b1, W2, b2, one_hot):
    a, h, c = forward(x, W1, b1, W2, b2)
    p = softmax(c)
    dc = one_hot - p  #!
    dW2 = h.T @ dc
    db2 = dc.sum(axis=0, keepdims=True)
    dh = dc @ W2.T
    da = dh * (a > 0)
    dW1 = x.T @ da
    db1 = da.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2

# often - results in the other order
def backward(x, W1, b1, W2, b2, one_hot):
    a, h, c = forward(x, W1, b1, W2, b2)
    dc = softmax(c) - one_hot
    dW2, db2 = backward_output(h, dc)
    da = backward_relu(backward_hidden(dc, W2), a)
    dW1, db1 = backward_output(x, da)
    return dW2, db2, dW1, db1  #!

# often - weights first, then biases
def backward(x, W1, b1, W2, b2, one_hot):
    a, h, c = forward(x, W1, b1, W2, b2)
    dc = softmax(c) - one_hot
    dW2, db2 = backward_output(h, dc)
    da = backward_relu(backward_hidden(dc, W2), a)
    dW1, db1 = backward_output(x, da)
    return dW1, dW2, db1, db2  #!

# often B1 forward unpacked in the wrong order
def backward(x, W1, b1, W2, b2, one_hot):
    h, a, c = forward(x, W1, b1, W2, b2)  #!
    dc = softmax(c) - one_hot
    dW2, db2 = backward_output(h, dc)  #!
    da = backward_relu(backward_hidden(dc, W2), a)
    dW1, db1 = backward_output(x, da)
    return dW1, db1, dW2, db2

# often - forward unpacked into one name
def backward(x, W1, b1, W2, b2, one_hot):
    logits = forward(x, W1, b1, W2, b2)
    dc = softmax(logits) - one_hot  #!
    dW2, db2 = backward_output(hidden_act, dc)
    da = backward_relu(backward_hidden(dc, W2), hidden_pre)
    dW1, db1 = backward_output(x, da)
    return dW1, db1, dW2, db2

# often - unpacked into two names
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_act, logits = forward(x, W1, b1, W2, b2)  #!
    dc = softmax(logits) - one_hot
    dW2, db2 = backward_output(hidden_act, dc)
    dW1, db1 = backward_output(x, backward_hidden(dc, W2))
    return dW1, db1, dW2, db2

# often C2 the wrong weights
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W1)  #!
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often - the gradient of W2 in place of W2
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, grad_W2)  #!
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often B6 the bias gradient shared
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1 = x.T @ grad_hidden_pre
    grad_b1 = grad_hidden_act.sum(axis=0, keepdims=True)  #!
    return grad_W1, grad_b1, grad_W2, grad_b2

# often E4 no softmax
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = logits - one_hot  #!
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often A2 mask of the activation's own gradient
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    dz2 = softmax(z2) - one_hot
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0, keepdims=True)
    da1 = dz2 @ W2.T
    dz1 = da1 * (da1 > 0)  #!
    dW1 = x.T @ dz1
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2

# often A8 sigmoid's slope with the activation
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    dz2 = softmax(z2) - one_hot
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0, keepdims=True)
    dz1 = (dz2 @ W2.T) * a1 * (1 - a1)  #!
    dW1 = x.T @ dz1
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2

# often - keepdims forgotten at both biases
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    dz2 = softmax(z2) - one_hot
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0)  #!
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    dW1 = x.T @ dz1
    db1 = np.sum(dz1, axis=0)  #!
    return dW1, db1, dW2, db2

# often B2 both transposed
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    dz2 = softmax(z2) - one_hot
    dW2 = dz2.T @ a1  #!
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    dW1 = dz1.T @ x  #!
    return dW1, dz1, dW2, dz2

# often E4,A1 no softmax in the forward, and no mask
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    dz2 = z2 - one_hot  #!
    dW2 = a1.T @ dz2
    da1 = dz2 @ W2.T
    dW1 = x.T @ da1  #!
    return dW1, da1, dW2, dz2

# often W3 forgets the second bias in the forward pass
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2  #!
    dz2 = softmax(z2) - one_hot
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    return x.T @ dz1, dz1, a1.T @ dz2, dz2

# often W1 the ReLU missing on the way forward
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    z2 = z1 @ W2 + b2  #!
    dz2 = softmax(z2) - one_hot
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    return x.T @ dz1, dz1, z1.T @ dz2, dz2  #!

# often - W2 moved first
def backward(x, W1, b1, W2, b2, one_hot):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    dz2 = softmax(a1 @ W2 + b2) - one_hot
    dW2 = a1.T @ dz2
    W2 = W2 - 0.5 * dW2  #!
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    return x.T @ dz1, dz1, dW2, dz2

# often - the loss is taken for the gradient
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = -one_hot * np.log(softmax(logits))  #!
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often U10 reads the notebook's hidden_act
def backward(x, W1, b1, W2, b2, one_hot):
    logits = forward(x, W1, b1, W2, b2)[2]
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)  #!
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# often - the gradient before W1 multiplied by W1
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2)
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_x = grad_hidden_pre @ W1.T
    grad_W1 = x.T @ grad_x  #!
    grad_b1 = grad_hidden_pre
    return grad_W1, grad_b1, grad_W2, grad_b2

# seldom - the mean again, by H
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    grad_logits = softmax(logits) - one_hot
    grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
    grad_hidden_act = backward_hidden(grad_logits, W2) / W2.shape[0]  #!
    grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
    grad_W1, grad_b1 = backward_output(x, grad_hidden_pre)
    return grad_W1, grad_b1, grad_W2, grad_b2

# right
def backward(x, W1, b1, W2, b2, one_hot):
    def forward_pass():
        pre = x @ W1 + b1
        return pre, pre.clip(0), pre.clip(0) @ W2 + b2
    pre, act, out = forward_pass()
    delta2 = (softmax(out) - one_hot) / one_hot.shape[0]
    delta1 = np.einsum("nc,hc,nh->nh", delta2, W2, (pre > 0) * 1.0)
    ones = np.ones((1, len(x)))
    return x.T @ delta1, ones @ delta1, act.T @ delta2, ones @ delta2

# right
def backward(x, W1, b1, W2, b2, one_hot):
    hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
    on = hidden_pre[0] > 0
    g2 = softmax(logits) - one_hot
    g1 = np.zeros_like(hidden_pre)
    g1[:, on] = g2 @ W2[on].T
    return np.outer(x, g1), g1, np.outer(hidden_act, g2), g2

# right
def backward(x, W1, b1, W2, b2, one_hot):
    cache = {}
    cache["pre"], cache["act"], cache["out"] = forward(x, W1, b1, W2, b2)
    grads = {"out": softmax(cache["out"]) - one_hot}
    grads["act"] = backward_hidden(grads["out"], W2)
    grads["pre"] = backward_relu(grads["act"], cache["pre"])
    grads["W2"], grads["b2"] = backward_output(cache["act"], grads["out"])
    grads["W1"], grads["b1"] = backward_output(x, grads["pre"])
    return tuple(grads[k] for k in ["W1", "b1", "W2", "b2"])

# right
def backward(x, W1, b1, W2, b2, one_hot):
    tmp = x @ W1 + b1
    mask = tmp > 0
    tmp = tmp * mask
    g = softmax(tmp @ W2 + b2) - one_hot
    dW2, db2 = tmp.T @ g, g.copy()
    g = g @ W2.T
    g[~mask] = 0
    return x.T @ g, g, dW2, db2

# right
def backward(x, W1, b1, W2, b2, one_hot):
    layers = [(x, x @ W1 + b1)]
    layers.append((np.maximum(layers[0][1], 0), None))
    out = layers[1][0] @ W2 + b2
    delta, grads = softmax(out) - one_hot, []
    for (inp, _), W in zip(reversed(layers), [W2, W1]):
        grads += [delta, inp.T @ delta]
        delta = (delta @ W.T) * (inp > 0)
    return tuple(reversed(grads))

# right
def backward(x, W1, b1, W2, b2, one_hot):
    a, h, c = forward(x, W1, b1, W2, b2)
    n = x.shape[0]
    dc = softmax(c) / n
    dc -= one_hot / n
    dh = dc.dot(W2.transpose())
    da = np.where(a <= 0, 0, dh)
    results = [x.T.dot(da), da.sum(axis=0), h.T.dot(dc), dc.sum(axis=0)]
    results[1], results[3] = results[1][None, :], results[3][None, :]
    return results
"""

SGD_STEP = """
# often U1 plus
def sgd_step(parameters, gradients, learning_rate):
    new = []
    for p, g in zip(parameters, gradients):
        new.append(p + learning_rate * g)  #!
    return tuple(new)

# often U2 no rate
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p - g for p, g in zip(parameters, gradients))  #!

# often U9 in place
def sgd_step(parameters, gradients, learning_rate):
    for p, g in zip(parameters, gradients):
        p -= learning_rate * g  #!
    return parameters

# often U9 in place in a copy of the list
def sgd_step(parameters, gradients, learning_rate):
    new = list(parameters)
    for i in range(len(new)):
        new[i] -= learning_rate * gradients[i]  #!
    return tuple(new)

# often - tuples multiplied
def sgd_step(parameters, gradients, learning_rate):
    return parameters - learning_rate * gradients  #!

# often - only two parameters
def sgd_step(parameters, gradients, learning_rate):
    W, b = parameters  #!
    grad_W, grad_b = gradients
    return W - learning_rate * grad_W, b - learning_rate * grad_b

# often - always the first gradient
def sgd_step(parameters, gradients, learning_rate):
    new = []
    for p in parameters:
        new.append(p - learning_rate * gradients[0])  #!
    return tuple(new)

# often - returns in the loop
def sgd_step(parameters, gradients, learning_rate):
    new = []
    for p, g in zip(parameters, gradients):
        new.append(p - learning_rate * g)
        return tuple(new)  #!

# often - the loop variable is rebound, nothing kept
def sgd_step(parameters, gradients, learning_rate):
    for p, g in zip(parameters, gradients):
        p = p - learning_rate * g  #!
    return parameters  #!

# often - the old ones are appended
def sgd_step(parameters, gradients, learning_rate):
    new_parameters = []
    for p, g in zip(parameters, gradients):
        new_p = p - learning_rate * g
        new_parameters.append(p)  #!
    return tuple(new_parameters)

# often - a generator
def sgd_step(parameters, gradients, learning_rate):
    return (p - learning_rate * g for p, g in zip(parameters, gradients))  #!

# often U7 a rate of one's own
def sgd_step(parameters, gradients, learning_rate):
    learning_rate = 0.01  #!
    return tuple(p - learning_rate * g for p, g in zip(parameters, gradients))

# often U5 the step
def sgd_step(parameters, gradients, learning_rate):
    return tuple(-learning_rate * g for g in gradients)  #!

# often - gradients and parameters exchanged
def sgd_step(parameters, gradients, learning_rate):
    return tuple(g - learning_rate * p for p, g in zip(parameters, gradients))  #!

# often - the brackets
def sgd_step(parameters, gradients, learning_rate):
    return tuple((p - learning_rate) * g for p, g in zip(parameters, gradients))  #!

# often - divided
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p - g / learning_rate for p, g in zip(parameters, gradients))  #!

# often - a numpy array of the tuple
def sgd_step(parameters, gradients, learning_rate):
    return np.array(parameters) - learning_rate * np.array(gradients)  #!

# often - a numpy array of objects
def sgd_step(parameters, gradients, learning_rate):
    p = np.array(parameters, dtype=object)
    g = np.array(gradients, dtype=object)
    return tuple(p * learning_rate - g)  #!

# often U4 only the weights
def sgd_step(parameters, gradients, learning_rate):
    W, b = parameters[0], parameters[1]
    W = W - learning_rate * gradients[0]
    return W, b, *parameters[2:]  #!

# seldom - the sign of the gradient
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p - learning_rate * np.sign(g) for p, g in zip(parameters, gradients))  #!

# seldom - clipped gradients
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p - learning_rate * g.clip(-0.1, 0.1) for p, g in zip(parameters, gradients))  #!

# seldom - normalised gradients
def sgd_step(parameters, gradients, learning_rate):
    units = [g / np.linalg.norm(g) for g in gradients]  #!
    return tuple(p - learning_rate * u for p, u in zip(parameters, units))

# seldom - weight decay
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p - learning_rate * (g + 0.01 * p) for p, g in zip(parameters, gradients))  #!

# often - half
def sgd_step(parameters, gradients, learning_rate):
    return tuple(p - 0.5 * learning_rate * g for p, g in zip(parameters, gradients))  #!

# often - the rate squared: applied twice
def sgd_step(parameters, gradients, learning_rate):
    steps = [learning_rate * g for g in gradients]
    return tuple(p - learning_rate * s for p, s in zip(parameters, steps))  #!

# often - reversed gradients
def sgd_step(parameters, gradients, learning_rate):
    new = []
    for p, g in zip(parameters, gradients[::-1]):  #!
        new.append(p - learning_rate * g)
    return tuple(new)

# often - index out of range
def sgd_step(parameters, gradients, learning_rate):
    new = []
    for i in range(1, len(parameters) + 1):
        new.append(parameters[i] - learning_rate * gradients[i])  #!
    return tuple(new)

# right
def sgd_step(parameters, gradients, learning_rate):
    return tuple(map(lambda p, g: p - learning_rate * g, parameters, gradients))

# right
def sgd_step(parameters, gradients, learning_rate):
    new = ()
    for i in range(len(parameters)):
        new += (np.add(parameters[i], -learning_rate * gradients[i]),)
    return new

# right
def sgd_step(parameters, gradients, learning_rate):
    import copy
    new = copy.deepcopy(list(parameters))
    for p, g in zip(new, gradients):
        p -= learning_rate * g
    return tuple(new)

# right
def sgd_step(parameters, gradients, learning_rate):
    deltas = [learning_rate * grad for grad in gradients]
    return [np.subtract(old, delta) for old, delta in zip(parameters, deltas)]

# right
def sgd_step(parameters, gradients, learning_rate):
    if not parameters:
        return ()
    first = parameters[0] - learning_rate * gradients[0]
    return (first,) + tuple(sgd_step(parameters[1:], gradients[1:], learning_rate))

# right
def sgd_step(parameters, gradients, learning_rate):
    new = [np.zeros_like(p) for p in parameters]
    for k, p in enumerate(parameters):
        for index in np.ndindex(p.shape):
            new[k][index] = p[index] - learning_rate * gradients[k][index]
    return tuple(new)
"""

TRAIN = """
# often T1 the last loss is missing
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    return parameters, losses  #!

# often T1 the first loss is missing
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        parameters = sgd_step(parameters, gradients, learning_rate)
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
    return parameters, losses

# often - one step more
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps + 1):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)  #!
    return parameters, losses

# often T2 gradients once
def train(x, one_hot, parameters, learning_rate, steps):
    loss, gradients = loss_and_gradients(parameters, x, one_hot)
    losses = [loss]
    for i in range(steps):
        parameters = sgd_step(parameters, gradients, learning_rate)  #!
        loss, _ = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
    return parameters, losses

# often - the old loss is recorded after the step
def train(x, one_hot, parameters, learning_rate, steps):
    loss, gradients = loss_and_gradients(parameters, x, one_hot)
    losses = [loss]
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss)  #!
    return parameters, losses

# often - the new parameters get another name and are not used
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        new_parameters = sgd_step(parameters, gradients, learning_rate)  #!
    loss, gradients = loss_and_gradients(new_parameters, x, one_hot)
    losses.append(loss)
    return new_parameters, losses

# often - the result of the step is dropped
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        sgd_step(parameters, gradients, learning_rate)  #!
    loss, _ = loss_and_gradients(parameters, x, one_hot)
    losses.append(loss)
    return parameters, losses

# often - not unpacked
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        gradients = loss_and_gradients(parameters, x, one_hot)  #!
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss)
    return parameters, losses

# often - arguments in another order
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(x, one_hot, parameters)  #!
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    losses.append(loss_and_gradients(x, one_hot, parameters)[0])
    return parameters, losses

# often - the list is started anew in each round
def train(x, one_hot, parameters, learning_rate, steps):
    for i in range(steps):
        losses = []  #!
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# often - return in the loop
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss_and_gradients(parameters, x, one_hot)[0])
        return parameters, losses  #!

# often - every loss twice
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss_and_gradients(parameters, x, one_hot)[0])  #!
    return parameters, losses

# often - losses first
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return losses, parameters  #!

# often - only the parameters
def train(x, one_hot, parameters, learning_rate, steps):
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        parameters = sgd_step(parameters, gradients, learning_rate)
    return parameters  #!

# often - parameters unpacked with their losses
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return *parameters, losses  #!

# often - one step fewer
def train(x, one_hot, parameters, learning_rate, steps):
    losses = [loss_and_gradients(parameters, x, one_hot)[0]]
    for i in range(1, steps):  #!
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# often - appends tuples
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        result = loss_and_gradients(parameters, x, one_hot)
        losses.append(result)  #!
        parameters = sgd_step(parameters, result[1], learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot))
    return parameters, losses

# often - steps is looped over
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in steps:  #!
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
    return parameters, losses

# often - the rate is left to the step's caller
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients)  #!
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# seldom U6 accumulated
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    total = [np.zeros_like(p) for p in parameters]
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        for k in range(len(total)):
            total[k] = total[k] + gradients[k]  #!
        parameters = sgd_step(parameters, total, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# seldom - momentum
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    v = [0 * p for p in parameters]
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        v = [0.9 * a + g for a, g in zip(v, gradients)]  #!
        parameters = sgd_step(parameters, v, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# seldom - the rate decays
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate / (i + 1))  #!
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# often - stops early when the loss is small
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        if loss < 1:
            break  #!
        parameters = sgd_step(parameters, gradients, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, losses

# often - the mean loss
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss / steps)  #!
        parameters = sgd_step(parameters, gradients, learning_rate)
    losses.append(loss_and_gradients(parameters, x, one_hot)[0] / steps)  #!
    return parameters, losses

# often - two layers only
def train(x, one_hot, parameters, learning_rate, steps):
    W1, b1, W2, b2 = parameters  #!
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients((W1, b1, W2, b2), x, one_hot)
        losses.append(loss)
        W1, b1, W2, b2 = sgd_step((W1, b1, W2, b2), gradients, learning_rate)
    losses.append(loss_and_gradients((W1, b1, W2, b2), x, one_hot)[0])
    return (W1, b1, W2, b2), losses

# often - fails for steps = 0
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for i in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = sgd_step(parameters, gradients, learning_rate)
        last = loss_and_gradients(parameters, x, one_hot)[0]
    losses.append(last)  #!
    return parameters, losses

# right
def train(x, one_hot, parameters, learning_rate, steps):
    history = [loss_and_gradients(parameters, x, one_hot)[0]]
    while len(history) <= steps:
        _, gradients = loss_and_gradients(parameters, x, one_hot)
        parameters = sgd_step(parameters, gradients, learning_rate)
        history.append(loss_and_gradients(parameters, x, one_hot)[0])
    return parameters, history

# right
def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    current = parameters
    for step in range(steps + 1):
        loss, gradients = loss_and_gradients(current, x, one_hot)
        losses += [loss]
        if step < steps:
            current = [p - learning_rate * g for p, g in zip(current, gradients)]
    return tuple(current), losses

# right
def train(x, one_hot, parameters, learning_rate, steps):
    losses = np.empty(steps + 1)
    weights = [p.copy() for p in parameters]
    for t in range(steps):
        losses[t], grads = loss_and_gradients(weights, x, one_hot)
        for w, g in zip(weights, grads):
            w -= learning_rate * g
    losses[steps] = loss_and_gradients(weights, x, one_hot)[0]
    return weights, losses

# right
def train(x, one_hot, parameters, learning_rate, steps):
    states = [tuple(parameters)]
    for _ in range(steps):
        g = loss_and_gradients(states[-1], x, one_hot)[1]
        states.append(sgd_step(states[-1], g, learning_rate))
    return states[-1], [loss_and_gradients(s, x, one_hot)[0] for s in states]

# right
def train(x, one_hot, parameters, learning_rate, steps):
    def evaluate():
        return loss_and_gradients(parameters, x, one_hot)
    loss, gradients = evaluate()
    losses = [loss]
    for n in range(0, steps, 1):
        parameters = sgd_step(parameters, gradients, learning_rate)
        loss, gradients = evaluate()
        losses.append(loss)
    return parameters, losses

# right
def train(x, one_hot, parameters, learning_rate, steps):
    if steps == 0:
        return parameters, [loss_and_gradients(parameters, x, one_hot)[0]]
    before, losses = train(x, one_hot, parameters, learning_rate, steps - 1)
    gradients = loss_and_gradients(before, x, one_hot)[1]
    after = sgd_step(before, gradients, learning_rate)
    return after, losses + [loss_and_gradients(after, x, one_hot)[0]]
"""

TEXTS = {
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


@dataclass(frozen=True)
class Answer:
    """One answer: its text, how often it is made, what truly tells it, the lines at fault."""

    question: str
    number: int  # among the answers to this question
    often: bool
    right: bool
    ids: frozenset[str]
    words: str
    text: str
    lines: frozenset[int]

    @property
    def name(self) -> str:
        return f"{self.question} {self.number}"

    def function(self) -> Callable[..., Any]:
        """The function, in a namespace like its notebook's, with its text where tracebacks look."""
        question = QUESTIONS[self.question]
        file = f"<ipython-input-{self.question}-{self.number}>"
        linecache.cache[file] = (len(self.text), None, self.text.splitlines(keepends=True), file)
        namespace = surroundings(question.exercise)
        exec(compile(self.text, file, "exec"), namespace)
        made: Callable[..., Any] = namespace[question.function]
        return made


def surroundings(exercise: str) -> dict[str, Any]:
    """What the notebook's other cells have defined: modules, earlier functions, the example."""
    names: dict[str, Any] = {"np": np, "math": math, "torch": torch}
    for name, question in QUESTIONS.items():
        if question.exercise == exercise:
            names[question.function] = RIGHT[name][0]
    if exercise == "update_step":
        return names | {"loss_and_gradients": loss_and_gradients}
    number = {"single_layer": "720", "multi_layer": "740"}[exercise]
    trace = WORKED_EXAMPLES[number].trace()
    shown = ("x", "one_hot", "W", "b", "W1", "b1", "W2", "b2", "hidden_pre", "hidden_act", "logits")
    return (
        names
        | {"softmax": RIGHT["single_layer.softmax"][0]}
        | {name: trace[name] for name in shown if name in trace}
    )


def answers() -> Iterator[Answer]:
    """All answers, as they stand above."""
    for question, text in TEXTS.items():
        for number, block in enumerate(text.strip().split("\n\n")):
            head, *body = block.splitlines()
            kind, _, rest = head.removeprefix("# ").partition(" ")
            ids, _, words = rest.partition(" ")
            yield Answer(
                question,
                number,
                kind == "often",
                kind == "right",
                frozenset(ids.split(",")) - {"-", ""},
                words,
                "".join(f"{line.removesuffix('  #!')}\n" for line in body),
                frozenset(n for n, line in enumerate(body, 1) if line.endswith("  #!")),
            )
