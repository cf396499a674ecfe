"""An exception as plain data, and back as the nearest one that is built in."""

import builtins
import json

import pytest

from chainrule.grading.wall.exceptions import describe, exception


def crossed(error):
    return exception(json.loads(json.dumps(describe(error))))


class Mine(ValueError):
    pass


class MineOfMine(Mine, KeyError):
    pass


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class WithoutArguments(Exception):
    args = property(lambda self: 1 / 0)


class Forged(Exception):
    """Says that it is built in."""


Forged.__module__ = "builtins"


# What is raised -> its nearest built-in type, its text, and its own type by name.
DESCRIBED = {
    "a built-in": (ValueError("too small"), ["ValueError", "too small", "ValueError"]),
    "without text": (AssertionError(), ["AssertionError", "", "AssertionError"]),
    "text in quotes only once": (KeyError("name"), ["KeyError", "name", "KeyError"]),
    "a key that is no text": (KeyError(3), ["KeyError", "3", "KeyError"]),
    "many arguments": (ValueError("a", 1), ["ValueError", "('a', 1)", "ValueError"]),
    "a class of the learner's": (Mine("x"), ["ValueError", "x", "Mine"]),
    "of two kinds": (MineOfMine("x"), ["ValueError KeyError", "x", "MineOfMine"]),
    "no Exception": (KeyboardInterrupt(), ["KeyboardInterrupt", "", "KeyboardInterrupt"]),
    "an exit": (SystemExit(3), ["SystemExit", "3", "SystemExit"]),
    "that cannot be printed": (Unprintable("a", "b"), ["Exception", "", "Unprintable"]),
    "without arguments": (WithoutArguments("x"), ["Exception", "", "WithoutArguments"]),
    "that says it is built in": (Forged("x"), ["Forged", "x", "Forged"]),
    "a long text": (ValueError("x" * 20_000), ["ValueError", "x" * 10_000, "ValueError"]),
}


@pytest.mark.parametrize("name", DESCRIBED)
def test_it_is_described(name):
    error, told = DESCRIBED[name]
    assert describe(error) == told


def test_a_long_name_is_cut():
    error = type("E" * 1000, (Exception,), {})()
    assert describe(error)[2] == "E" * 200


ERRORS = [
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, (Exception, SystemExit))
]
OF_MANY_ARGUMENTS = (UnicodeError, ExceptionGroup)  # these cannot be made of a text alone


@pytest.mark.parametrize(
    "kind", [k for k in ERRORS if not issubclass(k, OF_MANY_ARGUMENTS)], ids=lambda k: k.__name__
)
def test_each_built_in_error_comes_back_as_itself(kind):
    came = crossed(kind("text"))
    assert type(came) is kind and came.args == ("text",)
    assert came.learner_type == kind.__name__


def test_a_learners_own_type_is_kept_by_name():
    came = crossed(Mine("too small"))
    assert type(came) is ValueError and str(came) == "too small"
    assert came.learner_type == "Mine"


def test_what_cannot_be_made_of_a_text_comes_back_as_the_next_kind():
    came = crossed(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"))
    assert type(came) is ValueError and "invalid" in str(came)
    assert came.learner_type == "UnicodeDecodeError"
    came = crossed(ExceptionGroup("several", [ValueError(1)]))
    assert type(came) is Exception and came.learner_type == "ExceptionGroup"


# Told by a stranger: never more than a RuntimeError.
@pytest.mark.parametrize(
    "name", ["KeyboardInterrupt", "GeneratorExit", "BaseException", "int", "print", "Nope", "", "1"]
)
def test_what_is_no_error_comes_back_as_one(name):
    came = exception([name, "text", "x"])
    assert type(came) is RuntimeError and str(came) == f"{name}: text"


def test_what_is_no_text_is_made_one():
    came = exception(["ValueError", ["a"], None])
    assert came.args == ("['a']",) and came.learner_type == "None"


@pytest.mark.parametrize("body", [3, None, [], ["ValueError"], ["ValueError", "x", "y", "z"]])
def test_what_is_no_description_is_refused(body):
    with pytest.raises((TypeError, ValueError)):
        exception(body)
