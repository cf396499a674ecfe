"""Tests of a learner's own objects: apart where plain data is asked of them, else together."""

import json

import pytest

from chainrule.grading import grade
from tests.support import courses

ACCOUNT = '''
class Account:
    """Money."""

    opened = 0

    def __init__(self, owner, balance=0):
        self.owner, self._balance, self.moves = owner, balance, []
        Account.opened += 1

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to put in")
        self._balance += amount
        self.moves.append(amount)
        return self

    def __len__(self):
        return len(self.moves)

    def __getitem__(self, number):
        return self.moves[number]

    def __iter__(self):
        return iter(self.moves)

    def __contains__(self, amount):
        return amount in self.moves

    def __bool__(self):
        return self._balance > 0

    def __str__(self):
        return f"{self.owner}: {self._balance}"

    def __eq__(self, other):
        return self._balance == other._balance

    def __hash__(self):
        return 1


class Saving(Account):
    pass
'''
STREAM = "def evens():\n    number = 0\n    while True:\n        yield number\n        number += 2"
GIVEN = "class Animal:\n    pass"
CAT = "class Cat(Animal):\n    legs = 4"
APART = {
    "attributes": "one = Account('ann', 3)\nassert one.owner == 'ann' and one._balance == 3",
    "methods": "one = Account('ann')\nassert one.deposit(2).deposit(3)._balance == 5",
    "what it raises": "try:\n    Account('ann').deposit(0)\nexcept ValueError as error:\n"
    "    assert 'nothing' in str(error)\nelse:\n    raise AssertionError",
    "what it has not": "assert not hasattr(Account('ann'), 'interest')",
    "a list in it": "one = Account('a').deposit(1)\none.moves.append(9)\nassert one.moves[0] == 1",
    "a change": "one = Account('ann')\none.owner = 'bob'\nassert str(one) == 'bob: 0'",
    "length and items": "one = Account('a').deposit(4)\nassert len(one) == 1 and one[0] == 4",
    "items that it holds": "assert 4 in Account('a').deposit(4) and 5 not in Account('a')",
    "all its items": "assert [*Account('a').deposit(4).deposit(5)] == [4, 5]",
    "whether it is true": "assert Account('a', 1) and not Account('a')",
    "its text": "assert f\"{Account('a')}\" == 'a: 0'",
    "its class": "assert isinstance(Saving('a'), Account) and not isinstance(3, Account)",
    "a class of a class": "assert issubclass(Saving, Account)",
    "of the class": "before = Account.opened\nAccount('a')\nassert Account.opened == before + 1",
    "some of endless values": "all = evens()\nassert [next(all) for _ in range(3)] == [0, 2, 4]",
    "values with others": "assert [pair for pair in zip('ab', evens())] == [('a', 0), ('b', 2)]",
}  # fmt: skip
TOGETHER = {
    "whether they are equal": "assert Account('a', 1) == Account('b', 1)",
    "in a set": "assert len({Account('a'), Account('b', 2)}) == 2",
    "the type itself": "assert type(Account('a')) is Account",
    "its type's name": "assert Account('a').__class__.__name__ == 'Account'",
    "all that it has": "assert 'owner' in vars(Account('a'))",
    "a class of the test's": "assert isinstance(Cat(), Animal)",
    "the same object": "one = Account('a')\nassert one.deposit(1) is one",
    "a copy": "import copy\nassert copy.copy(Account('a')).owner == 'a'",
}
TESTS = APART | TOGETHER
RIGHT = {"account": ACCOUNT, "stream": STREAM, "cat": CAT}
NOTHING = dict.fromkeys(RIGHT, "pass")
NO_MONEY = RIGHT | {"account": ACCOUNT.replace("+= amount", "+= 0")}
# Says yes to whatever it is asked: an attribute is no number for that, and no list.
YES = """
class Yes:
    def __init__(self, *given): pass
    def __getattr__(self, name): return Yes()
    def __call__(self, *given): return Yes()
    def __eq__(self, other): return True
    def __contains__(self, other): return True
    def __hash__(self): return 1
    def __len__(self): return 1
    def __getitem__(self, number): return Yes()
    def __str__(self): return "yes"
Account = Saving = Yes
"""


def name_of(test):
    return f"test_{list(TESTS).index(test)}"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("objects")
    cells = [courses.locked("given", GIVEN)]
    cells += [courses.solved(name, text) for name, text in RIGHT.items()]
    cells += [courses.test(name_of(test), text) for test, text in TESTS.items()]
    courses.make_course(root, {"nb": cells})
    for student, answers in {
        "right": RIGHT, "nothing": NOTHING, "no-money": NO_MONEY, "yes": RIGHT | {"account": YES}
    }.items():  # fmt: skip
        courses.submit(root, student, courses.fill(**answers))
    return root


@pytest.fixture(scope="module")
def graded(course):
    found = grade(course, jobs=2)
    return {one.student: {r["grade_id"]: r for r in one.notebooks["nb"]} for one in found}


@pytest.fixture(scope="module")
def plain(course, tmp_path_factory):
    """The marks of plain nbgrader."""
    place = courses.copy_of(course, tmp_path_factory.mktemp("plain"))
    courses.nbgrader(place, "autograde", "ps1", "--force")
    return {
        (student, test): points
        for (student, _, _, test), (points, *_) in courses.gradebook_marks(place).items()
    }


@pytest.mark.parametrize("test", APART)
def test_plain_data_is_asked_of_an_object_apart(graded, test):
    result = graded["right"][name_of(test)]
    assert (result["points"], "together" in result["flags"]) == (1.0, False), result["reason"]


@pytest.mark.parametrize("test", TOGETHER)
def test_what_the_object_itself_would_judge_is_asked_together(graded, test):
    result = graded["right"][name_of(test)]
    assert (result["points"], "together" in result["flags"]) == (1.0, True), result["reason"]


@pytest.mark.parametrize("student", ["right", "nothing", "no-money"])
def test_the_marks_are_those_of_plain_nbgrader(graded, plain, student):
    found = {test: graded[student][name_of(test)]["points"] for test in TESTS}
    assert found == {test: plain[student, name_of(test)] for test in TESTS}


def test_an_object_that_says_yes_to_everything_gets_little_apart(graded):
    """Numbers and texts are compared here, where it has no say."""
    apart = {test: graded["yes"][name_of(test)] for test in APART}
    assert not [
        test
        for test in ("attributes", "methods", "a change", "length and items", "its text")
        if apart[test]["points"]
    ], json.dumps(apart, indent=1)
