"""Other formulas that are taken for right ones of a network: another activation, another slope."""

_ACTIVATIONS = {
    "tanh": "np.tanh(hidden_pre)",
    "a sigmoid": "1 / (1 + np.exp(-hidden_pre))",
    "the absolute value": "np.abs(hidden_pre)",
    "a minimum": "np.minimum(hidden_pre, 0)",
    "ReLU capped at 1": "np.clip(hidden_pre, 0, 1)",
    "ReLU capped at 6": "np.clip(hidden_pre, 0, 6)",
    "a leaky ReLU (0.01)": "np.where(hidden_pre > 0, hidden_pre, 0.01 * hidden_pre)",
    "a leaky ReLU (0.1)": "np.where(hidden_pre > 0, hidden_pre, 0.1 * hidden_pre)",
    "ReLU's slope": "(hidden_pre > 0) * 1.0",
    "softmax": "np.exp(hidden_pre) / np.exp(hidden_pre).sum(axis=1, keepdims=True)",
    "a square": "np.maximum(hidden_pre, 0) ** 2",
    "softplus": "np.log(1 + np.exp(hidden_pre))",
}
_SLOPES = {
    "tanh": "grad_hidden_act * (1 - np.tanh(hidden_pre) ** 2)",
    "a sigmoid": "grad_hidden_act * np.exp(-hidden_pre) / (1 + np.exp(-hidden_pre)) ** 2",
    "the absolute value": "grad_hidden_act * np.sign(hidden_pre)",
    "a leaky ReLU (0.01)": "grad_hidden_act * np.where(hidden_pre > 0, 1, 0.01)",
    "a leaky ReLU (0.1)": "grad_hidden_act * np.where(hidden_pre > 0, 1, 0.1)",
    "a step at 1": "grad_hidden_act * (hidden_pre > 1)",
}
_SMALL = ("1e-3", "1e-4", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12", "1e-15")

# By the name of the right formula: words, and what is computed in its place.
TAKEN_FOR = {
    "hidden_act": {f"{words} in place of ReLU": text for words, text in _ACTIVATIONS.items()},
    "grad_hidden_pre": {f"the slope of {words}": text for words, text in _SLOPES.items()},
    "log_probs": {
        **{f"{one} added in the logarithm": f"np.log(probs + {one})" for one in _SMALL},
        **{f"probs kept above {one}": f"np.log(np.maximum(probs, {one}))" for one in _SMALL},
        "logits in place of probs": "np.log(logits)",
    },
}
