"""A copy of a file of the package is said; other files are not, whatever is in them."""

from pathlib import Path

import pytest

import chainrule
from chainrule.grading.trusted.copies import copied

PACKAGE = Path(chainrule.__file__).parent
NETWORK = (PACKAGE / "networks" / "network.py").read_text()
SAID = ["mine.py is a copy of chainrule/networks/network.py: look at what it is used for."]


@pytest.mark.parametrize(
    "text",
    [
        NETWORK,
        NETWORK.replace("\n", "\r\n"),
        NETWORK.replace("\n\n", "\n\n# By me.\n\n"),
        NETWORK.replace('"""', "'''"),
        NETWORK.replace('"""The', '"""My', 1),
        NETWORK.replace("    ", "  "),
    ],
    ids=["the text", "other line ends", "comments", "quotes", "docstrings", "narrow"],
)
def test_a_copy_is_said(text):
    assert copied({"mine.py": text.encode(), "data.csv": b"1,2\n" * 99}) == SAID


def test_the_page_is_of_the_package_too():
    (said,) = copied({"x.js": (PACKAGE / "explorer/page/model/engine.js").read_bytes()})
    assert said.startswith("x.js is a copy of chainrule/explorer/page/model/engine.js:")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"import numpy as np\n\n\ndef softmax(x):\n    e = np.exp(x)\n    return e / e.sum()\n" * 4,
        b"import x;" + b"1+" * 20_000 + b"1",
        b"import x\n" + b"(" * 60_000,
        b"import x;" + b"-" * 60_000 + b"1",
        b"import x\n" + b"\0" * 500,
        b"import x\n" + b"\xff" * 500,
        b"import x = 3\n" * 50,
    ],
    ids=["empty", "own", "long sum", "brackets", "signs", "zeros", "no text", "no Python"],
)
def test_anything_else_is_not(content):
    assert copied({"mine.py": content}) == []
