"""What students do in a wrong order: each ends in one helpful message, and the kernel is alive.

In a real kernel, on the cells of the release. The list was written before the code that it tries.
"""

import re
from collections.abc import Iterator

import nbformat
import pytest

from chainrule.exercises.questions import exercises
from tests.support import ROOT
from tests.support.kernel import Kernel, Shown, learners_kernel

NOTEBOOK = nbformat.read(ROOT / "release" / "single_layer" / "single_layer.ipynb", as_version=4)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"}
SETUP, STUB, CHECK = CELLS["setup"], CELLS["softmax"], CELLS["check_softmax"]
HEAD = STUB.partition("    # YOUR CODE HERE")[0]  # def line and docstring
RIGHT = (
    "    exps = np.exp(logits - logits.max(axis=1, keepdims=True))\n    return exps / exps.sum()\n"
)
GOOD = HEAD + RIGHT
NAME = "single_layer.softmax"
RUN_ABOVE = "Run All Above Selected Cell"
NOT_THERE = "there is no function softmax yet. Run the cell that defines it"
TICK = f"✓ {NAME}: right."
RESTART = "RESTART"
MOST_LINES = 25


def body(*lines: str, head: str = HEAD) -> str:
    return head + "".join(f"    {line}\n" for line in lines)


# What is done: the cells that are run, and what the last of them says.
DONE: dict[str, tuple[list[str], str]] = {
    # in a wrong order
    "check first of all": ([CHECK], NOT_THERE),
    "check before the answer": ([SETUP, CHECK], RUN_ABOVE),
    "check of what is still to do": ([SETUP, STUB, CHECK],
                                     "not attempted yet. Write softmax above"),
    "answer without the setup": ([GOOD, CHECK], "`np` comes with `import numpy as np`"),
    "a restart in the middle": ([SETUP, GOOD, CHECK, RESTART, CHECK], NOT_THERE),
    "an example after a restart": ([RESTART, CELLS["example_720_probs"]], RUN_ABOVE),
    "an example of what is still to do": (
        [SETUP, CELLS["example_720"], STUB, CELLS["example_720_probs"]],
        "softmax: not attempted yet",
    ),
    "a later check first": ([SETUP, CELLS["check_backward"]], "there is no function backward yet"),
    "an answer run twice": ([SETUP, GOOD, GOOD, CHECK], TICK),
    "a check run twice": ([SETUP, GOOD, CHECK, CHECK], "1 of 4 functions, 4 of 17 points so far."),
    "an earlier function missing": (
        [SETUP, CELLS["cross_entropy"].partition("    # YOUR")[0]
         + "    return -np.log((softmax(logits) * one_hot).sum())\n", CELLS["check_cross_entropy"]],
        "It builds on softmax, which is not there: was its cell run?",
    ),
    # text that is no Python
    "a syntax error": ([SETUP, GOOD.replace("keepdims=True))", "keepdims=True)"), CHECK],
                       "stopped with a SyntaxError in line 7"),
    "a syntax error after a right version": (
        [SETUP, GOOD, CHECK, GOOD.replace("keepdims=True))", "keepdims=True)"), CHECK],
        "this is your earlier softmax, of In [2]: the cell run last, In [4], stopped with a "
        "SyntaxError in line 7",
    ),
    "a colon forgotten": ([SETUP, GOOD.replace("(logits):", "(logits)", 1), CHECK],
                          "stopped with a SyntaxError in line 1"),
    "wrong indentation after a right version": (
        [SETUP, GOOD, GOOD.replace("    return", "  return"), CHECK],
        "stopped with an IndentationError in line 8",
    ),
    "tab and space mixed": (
        [SETUP, GOOD, GOOD.replace("    exps = ", "    if True:\n        pass\n\texps = "), CHECK],
        "stopped with a TabError",
    ),
    "a def line twice": ([SETUP, GOOD, "def softmax(logits):\n" + GOOD, CHECK],
                         "IndentationError in line 2"),
    "half a paste, without its head": ([SETUP, RIGHT, CHECK], NOT_THERE),
    "half a paste, without its end": ([SETUP, HEAD.rstrip().rstrip('"'), CHECK],
                                      "stopped with a SyntaxError"),
    "output pasted into the cell": ([SETUP, GOOD, f"{GOOD}In [3]: >>>\n✓ right", CHECK],
                                    "this is your earlier softmax"),
    # names
    "renamed": ([SETUP, GOOD, CHECK, GOOD.replace("softmax", "my_softmax"), CHECK],
                "In [4] defines my_softmax(logits), which looks like it. This is softmax, of In"),
    "another version beside it": (
        [SETUP, GOOD, CHECK, GOOD.replace("softmax", "other").replace("exps", "e"), CHECK], TICK),
    "the word def mistyped": ([SETUP, GOOD, GOOD.replace("def ", "deff "), CHECK],
                              "stopped with a SyntaxError in line 1"),
    "the word def forgotten": ([SETUP, GOOD, GOOD.replace("def ", ""), CHECK],
                               "stopped with a SyntaxError in line 1"),
    "renamed before the first check": ([SETUP, GOOD.replace("softmax", "Softmax"), CHECK],
                                       "but Softmax(logits) with the same arguments"),
    "deleted": ([SETUP, GOOD, "del softmax", CHECK], "there is no function softmax any more"),
    "its name given to its result": (
        [SETUP, CELLS["example_720"], GOOD, "softmax = softmax(logits)", CHECK],
        "softmax is a NumPy array now, not a function",
    ),
    "np given to a number": ([SETUP, GOOD, "np = 3", CHECK],
                             "np is an int now: some cell has given it a value. `import numpy as"),
    "sum given to a number": (
        [SETUP, body("e = np.exp(logits - logits.max())", "return e / sum(e[0])"), "sum = 0.5",
         CHECK], "sum is a float now: some cell has given it a value. `del sum`"),
    "check given to something else": ([SETUP, GOOD, "check = True", CHECK], TICK),
    "a cell that stops before its function": (
        [SETUP, GOOD, "shift = undefined\n" + GOOD.replace("exps", "e"), CHECK],
        "In [3] stopped before it came to its softmax",
    ),
    "timed by a magic": ([SETUP, "%%timeit -n1 -r1\n" + GOOD, CHECK],
                         "there is no function softmax"),
    "a lambda": ([SETUP, "softmax = lambda c: np.exp(c - c.max()) / np.exp(c - c.max()).sum()",
                  CHECK], TICK),
    "other arguments": ([SETUP, "def softmax():\n    return 1", CHECK],
                        "The check calls softmax(logits)"),
    # the check cell edited
    "another name in the check": ([SETUP, GOOD, CHECK.replace("softmax", "softmx")],
                                  "there is no question 'single_layer.softmx'"),
    "the function in place of its name": ([SETUP, GOOD, CHECK.replace(f'"{NAME}"', "softmax")],
                                          'as in check("single_layer.softmax")'),
    "its result in the check": (
        [SETUP, CELLS["example_720"], GOOD, CHECK.replace(")", ", softmax(logits))")],
        "check needs your function, not a ndarray",
    ),
    "as notebooks called it before": ([SETUP, GOOD, CHECK.replace(")", ", softmax)")], TICK),
    "earlier functions too many": ([SETUP, GOOD, CHECK.replace(")", ", softmax, [softmax])")],
                                   "earlier takes none"),
    "the check in the answer's cell": ([SETUP, f"{GOOD}\n{CHECK}"], TICK),
    # what a function does
    "no return": ([SETUP, body("exps = np.exp(logits)"), CHECK], "it returned None"),
    "print in place of return": ([SETUP, body("print(logits)"), CHECK],
                                 "On the worked example 720 it printed: [[4 14]]"),
    "thousands of lines printed": (
        [SETUP, body("for n in range(10**4): print('n', n)", "return logits"), CHECK],
        "    n 4\n    ...",
    ),
    "a loop that never ends": ([SETUP, body("while True:", "    logits = logits + 1"), CHECK],
                               "stopped after 1 s, in your line:\n"),
    "a loop that catches everything": (
        [SETUP, body("while True:", "    try:", "        len(logits)", "    except:",
                     "        pass"), CHECK], "stopped after"),
    "a loop that prints": ([SETUP, body("while True: print('again')"), CHECK],
                           "stopped after 1 s, in your line:\n    while True: print('again')"),
    "three seconds a call": ([SETUP, body("import time", "time.sleep(3)", "return logits"), CHECK],
                             "stopped after 1 s, in your line:\n    time.sleep(3)"),
    "no end of recursion": ([SETUP, body("return softmax(logits)"), CHECK], "calls itself again"),
    "exit()": ([SETUP, body("exit()"), CHECK], "a function ends at its return line"),
    "sys.exit()": ([SETUP, body("import sys", "sys.exit('done')"), CHECK], "it raised SystemExit"),
    "input()": ([SETUP, body("return input('logits?')"), CHECK], "input() has nobody to ask"),
    "more memory than there is": ([SETUP, body("return np.ones((10**7, 10**7))"), CHECK],
                                  "it raised"),
    "warnings": ([SETUP, body("return np.log(logits * 0)"), CHECK], "infinite value"),
    "errors for warnings": ([SETUP, GOOD, "np.seterr(all='raise')", CHECK], TICK),
    "a yield in place of return": ([SETUP, body("yield logits"), CHECK], "generator"),
    "an async function": ([SETUP, "async " + GOOD, CHECK], "coroutine"),
    "arguments changed in place": ([SETUP, body("logits -= logits.max()", "logits[:] = "
                                    "np.exp(logits)", "return logits / logits.sum()"), CHECK],
                                   "changes its argument logits in place"),
    "a global in place of an argument": (
        [SETUP, CELLS["example_720"], GOOD.replace("def softmax(logits)", "def softmax(x)"), CHECK],
        "it reads logits from outside the function",
    ),
    "everything forgotten": ([SETUP, GOOD, "%reset -f", CHECK], "there is no function softmax"),
    "print given to a text": ([SETUP, GOOD, "print = 'hello'", CHECK], TICK),
}  # fmt: skip


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with learners_kernel() as started:
        # The limit of ten seconds is tried once, below.
        started.run(
            "import chainrule.checks.check as c; from chainrule import check; c.SECONDS = 1"
        )
        yield started


def run(kernel: Kernel, cells: list[str]) -> Shown:
    kernel.fresh()
    shown = Shown()
    for cell in cells:
        if cell == RESTART:  # all that it does to what was run; a real one is tried below
            kernel.fresh()
        else:
            shown = kernel.run(cell)
    return shown


def test_there_are_fifty() -> None:
    assert len(DONE) >= 50


@pytest.mark.parametrize("name", DONE)
def test_there_is_one_helpful_message(kernel: Kernel, name: str) -> None:
    cells, expected = DONE[name]
    shown = run(kernel, cells)
    assert " ".join(expected.split()) in " ".join(shown.text.split()), shown.text
    assert "Traceback" not in shown.text and not re.search(r"chainrule/\w+/", shown.text)
    assert len(shown.text.splitlines()) <= MOST_LINES
    assert not (shown.printed.startswith("✓") and shown.error)
    assert kernel.is_alive()


@pytest.mark.long
@pytest.mark.parametrize("exercise", exercises())
@pytest.mark.parametrize("order", ["each by itself", "as released", "backwards"])
def test_no_order_of_the_cells_shows_a_traceback(kernel: Kernel, exercise: str, order: str) -> None:
    notebook = nbformat.read(ROOT / "release" / exercise / f"{exercise}.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    kernel.fresh()
    for cell in reversed(cells) if order == "backwards" else cells:
        if order == "each by itself":
            kernel.fresh()
        shown = kernel.run(cell)
        assert "Traceback" not in shown.text and "-----" not in shown.text, shown.text
        assert len(shown.error.splitlines()) <= 6
    assert kernel.is_alive()


def test_a_mistake_in_a_cell_of_ones_own_keeps_its_traceback(kernel: Kernel) -> None:
    kernel.fresh()
    assert "Traceback" in kernel.run("def f():\n    return [][1]\nf()").text
    assert "Traceback" in kernel.run("def f():\n    raise NotImplementedError\nf()").text


def test_after_a_real_restart(kernel: Kernel) -> None:
    run(kernel, [SETUP, GOOD, CHECK])
    kernel.restart()
    assert NOT_THERE in " ".join(kernel.run(CHECK).text.split())
    assert RUN_ABOVE in kernel.run(CELLS["example_720_probs"]).text


def test_an_interrupt_says_where(kernel: Kernel) -> None:
    """As the button of JupyterLab does it, while the function runs."""
    seen = "get_ipython().display_pub.publish({'text/plain': 'now'})"
    run(kernel, [SETUP, GOOD, CHECK, body(seen, "while True: pass")])
    kernel.run("import chainrule.checks.check as c; c.SECONDS = 60")
    shown = kernel.run(CHECK, interrupt_at="now")
    assert "single_layer.softmax: interrupted after" in shown.text
    assert "in your line:\n    while True: pass" in shown.text
    assert len(shown.text.splitlines()) <= 6
    assert kernel.is_alive()


def test_ten_seconds_are_the_limit() -> None:
    with learners_kernel() as own:
        shown = run(own, [SETUP, body("while True: pass"), CHECK])
        assert "stopped after 10 s, in your line:\n    while True: pass" in shown.text
        assert own.is_alive()
