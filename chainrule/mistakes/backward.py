"""Mistakes on the way back: the logits, the products, ReLU, the biases."""

from chainrule.mistakes.entry import Mistake, biases, instead, weights

RELU = (
    Mistake(
        "A1",
        "no ReLU mask",
        "A unit with a negative pre-activation passes nothing forward. What can it pass back?",
        instead("grad_hidden_pre", "grad_hidden_act", "grad_hidden_act * (hidden_act >= 0)"),
    ),
    Mistake(
        "A2",
        "ReLU applied to the gradient",
        "The gate is set by the sign of the pre-activation, not by the sign of the gradient.",
        instead("grad_hidden_pre", "np.maximum(grad_hidden_act, 0)"),
    ),
    Mistake(
        "A3",
        "multiplied by the activation in place of ReLU's slope",
        "Where ReLU is open its slope is one number, however large the activation is.",
        instead("grad_hidden_pre", "grad_hidden_act * hidden_act"),
    ),
    Mistake(
        "A4",
        "upstream gradient dropped",
        "The slope of ReLU is only the local gradient. What does the chain rule do with it?",
        instead("grad_hidden_pre", "(hidden_pre > 0) * 1.0"),
    ),
    Mistake(
        "A5",
        "slope 1 at a pre-activation of 0",
        "This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it up.",
        instead("grad_hidden_pre", "grad_hidden_act * (hidden_pre >= 0)"),
    ),
    Mistake(
        "A6",
        "slope 1/2 at a pre-activation of 0",
        "This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it up.",
        instead(
            "grad_hidden_pre", "grad_hidden_act * ((hidden_pre > 0) + 0.5 * (hidden_pre == 0))"
        ),
    ),
    Mistake(
        "A7",
        "ReLU mask upside down",
        "Which units let the signal through on the way forward, and which do in your mask?",
        instead("grad_hidden_pre", "grad_hidden_act * (hidden_pre < 0)"),
    ),
    Mistake(
        "A8",
        "the slope of another activation (sigmoid's)",
        "h(1 - h) is the slope of the sigmoid. These hidden units use ReLU.",
        instead("grad_hidden_pre", "grad_hidden_act * hidden_act * (1 - hidden_act)"),
    ),
)

PRODUCTS = (
    Mistake(
        "B1",
        "pre-activation where the activation belongs",
        "What does the second layer multiply by W2: the numbers before ReLU, or after it?",
        instead("grad_W2", "hidden_pre.T @ grad_logits"),
    ),
    Mistake(
        "B2",
        "result transposed",
        "A gradient has exactly the shape of its parameter: one row for each input.",
        weights("{grad}.T @ {input}"),
    ),
    Mistake(
        "B3",
        "no transpose: the shapes of the product do not fit",
        "Write down the shapes of both factors. Which product has the parameter's shape?",
        weights("{input} @ {grad}"),
    ),
    Mistake(
        "B4",
        "elementwise product in place of a matrix product",
        "Every input meets every output. `*` pairs only equal positions.",
        weights("{input} * {grad}"),
    ),
    Mistake(
        "B5",
        "the layer's own output in place of its input",
        "What is each weight of this layer multiplied by on the way forward?",
        instead("grad_W1", "hidden_act.T @ grad_hidden_pre"),
    ),
    Mistake(
        "B6",
        "ReLU mask used for only one of W1, b1",
        "Both parameters of the first layer get their gradient through the same ReLU.",
        (
            {"grad_W1": "x.T @ grad_hidden_act"},
            {"grad_b1": "grad_hidden_act.sum(axis=0, keepdims=True)"},
        ),
    ),
    Mistake(
        "C1",
        "W2 not transposed on the way back",
        "Forward, W2 takes H numbers to C. Which way round does the gradient go?",
        instead("grad_hidden_act", "grad_logits @ W2"),
    ),
    Mistake(
        "C2",
        "the wrong layer's weights",
        "Which weights lie between the hidden activations and the logits?",
        instead("grad_hidden_act", "grad_logits @ W1.T"),
    ),
    Mistake(
        "C3",
        "W2 updated before it is used",
        "All gradients belong to the parameters that the forward pass used. Update last.",
        instead(
            "grad_hidden_act",
            *(f"grad_logits @ (W2 - {rate} * grad_W2).T" for rate in (0.1, 0.01, 1.0)),
        ),
    ),
)

MEANS = (
    Mistake(
        "D1",
        "not divided by the number of examples",
        "The loss is a mean over the examples. Its gradient is one too.",
        instead("grad_logits", "probs - one_hot"),
    ),
    Mistake(
        "D2",
        "divided twice by the number of examples",
        "The mean over the examples is taken once. Where is it already?",
        instead("grad_logits", "(probs - one_hot) / len(one_hot) / len(one_hot)"),
    ),
    Mistake(
        "D3",
        "mean over all entries",
        "The loss is a sum over classes and a mean over examples only. What did you divide by?",
        instead("grad_logits", "(probs - one_hot) / one_hot.size"),
    ),
    Mistake(
        "D4",
        "weights averaged, bias summed",
        "The gradient of the bias belongs to the same mean loss as that of the weights.",
        biases("len({grad}) * {grad}.sum(axis=0, keepdims=True)"),
    ),
)

LOGITS = (
    Mistake(
        "E1",
        "sign turned round",
        "Raise the target's logit a little: does the loss rise or fall? Compare your sign.",
        instead("grad_logits", "(one_hot - probs) / len(one_hot)"),
    ),
    Mistake(
        "E2",
        "one-hot target forgotten",
        "A gradient that never looks at the target cannot know which class is right.",
        instead("grad_logits", "probs / len(one_hot)"),
    ),
    Mistake(
        "E3",
        "class number in place of the one-hot row",
        "Only one of the classes is the target. A class number changes all of them alike.",
        instead("grad_logits", "(probs - one_hot.argmax(axis=1)[:, None]) / len(one_hot)"),
    ),
    Mistake(
        "E4",
        "logits in place of probabilities",
        "Follow the forward pass: what happens to the logits before the loss sees them?",
        instead("grad_logits", "(logits - one_hot) / len(one_hot)"),
    ),
    Mistake(
        "E5",
        "log-probabilities in place of probabilities",
        "The logarithm belongs to the loss. Is it still there once you have differentiated?",
        instead("grad_logits", "(log_probs - one_hot) / len(one_hot)"),
    ),
    Mistake(
        "E6",
        "stops at the gradient of the probabilities",
        "This is the slope of the loss with respect to probs. One step is left: through softmax.",
        instead("grad_logits", "-one_hot / probs / len(one_hot)"),
    ),
    Mistake(
        "E7",
        "one softmax slope too many",
        "Softmax and cross-entropy together are already differentiated. What is the extra factor?",
        instead("grad_logits", "(probs - one_hot) * probs * (1 - probs) / len(one_hot)"),
    ),
    Mistake(
        "E8",
        "only the diagonal of softmax's Jacobian",
        "Each logit moves every probability, not only its own. Look at the classes that got 0.",
        instead("grad_logits", "-one_hot * (1 - probs) / len(one_hot)"),
    ),
    Mistake(
        "E9",
        "a factor 2, as if the loss were a squared error",
        "Where would a 2 come from? There is no square in cross-entropy.",
        instead("grad_logits", "2 * (probs - one_hot) / len(one_hot)"),
    ),
    Mistake(
        "E10",
        "hard decision in place of probabilities",
        "The loss depends on how sure the network is, not only on which class wins.",
        instead(
            "grad_logits",
            "(np.eye(one_hot.shape[1])[logits.argmax(axis=1)] - one_hot) / len(one_hot)",
        ),
    ),
)

BIASES = (
    Mistake(
        "G1",
        "bias summed over the classes in place of the examples",
        "There is one bias for each output. Which axis has to stay?",
        biases("{grad}.sum(axis=1)") + biases("{grad}.sum(axis=1, keepdims=True)"),
    ),
    Mistake(
        "G2",
        "bias not summed over the examples",
        "One bias serves every example, so each example adds to its gradient.",
        biases("{grad}"),
    ),
    Mistake(
        "G3",
        "bias averaged again",
        "The mean is already in the gradient that comes back.",
        biases("{grad}.mean(axis=0, keepdims=True)"),
    ),
    Mistake(
        "G4",
        "bias summed over everything",
        "There is one bias for each output. A single number cannot be their gradient.",
        biases("{grad}.sum()"),
    ),
    Mistake(
        "G5",
        "bias given the weights' product",
        "The bias is added, not multiplied by an input. What is its local gradient?",
        biases("({input}.T @ {grad}).sum(axis=0, keepdims=True)"),
    ),
)
