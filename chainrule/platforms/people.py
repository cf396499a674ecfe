"""Who a platform's person is in the gradebook, and what somebody new is called there.

Nobody is taken for somebody else: a name alone decides only where exactly one learner has it, and
never against a number, a login or an address.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nbgrader.api import Student

from .layouts import Person
from .names import LASTING, Platform

_ID_CHARACTERS = 60


@dataclass
class Learner:
    """A learner as the gradebook has them; number: `student.lms_user_id`, a lasting one."""

    id: str
    name: str = ""
    email: str = ""
    number: str = ""


class Class:
    """The learners of a course, who grow with those that hand in.

    earlier: (name, number) -> id, of what was collected for the same assignment before.
    """

    def __init__(
        self,
        students: Iterable[Student],
        platform: Platform,
        earlier: dict[tuple[str, str], str] | None = None,
    ) -> None:
        self.lasting = platform in LASTING
        self.earlier = earlier or {}
        self.learners = {one.id: learner_of(one) for one in students}
        self.new: dict[str, Learner] = {}

    def know(self, people: Sequence[Person]) -> dict[Person, Learner]:
        """The learner that each of these is; two of them are never the same learner."""
        alike = Counter(_of_name(person) for person in people)
        found: dict[Person, Learner] = {}
        taken: set[str] = set()
        # Those who are known for certain come first, so that nobody else is taken for them.
        for certain in (True, False):
            for person in people:
                if person in found:
                    continue
                old = self._known(person, certain, alone=alike[_of_name(person)] == 1)
                if old is not None and old.id not in taken:
                    found[person] = old
                    taken.add(old.id)
        for person in people:
            if person not in found:
                found[person] = self._added(person, alike[_of_name(person)] > 1)
        for person, learner in found.items():
            self._learn(person, learner)
        return found

    def _known(self, person: Person, certain: bool, alone: bool) -> Learner | None:
        if certain:
            for learner in self.learners.values():
                if self.lasting and person.number and learner.number == person.number:
                    return learner
                if person.email and learner.email.casefold() == person.email.casefold():
                    return learner
            if person.login in self.learners:
                return self.learners[person.login]
            return self.learners.get(self.earlier.get((person.name, person.number), ""))
        if not alone or _is_one_word(person) or person.login:
            return None
        words = words_of(person.name)
        alike = [one for one in self.learners.values() if words == words_of(one.name or one.id)]
        if len(alike) != 1 or self._differ(person, alike[0]):
            return None
        return alike[0]

    def _differ(self, person: Person, learner: Learner) -> bool:
        other = self.lasting and learner.number and person.number
        return bool(other and learner.number != person.number) or bool(
            person.email and learner.email
        )

    def _added(self, person: Person, namesakes: bool) -> Learner:
        plain = person.login or person.email.partition("@")[0] or _slug(person.name)
        numbered = f"{plain}-{person.number}" if person.number else plain
        several = not person.login and not person.email and (namesakes or _is_one_word(person))
        wanted = numbered if several else _slug(plain, keep=True)
        counted = (f"{numbered}-{count}" for count in itertools.count(2))
        choices = map(_safe, itertools.chain([wanted, person.email, numbered], counted))
        made = Learner(next(one for one in choices if one and one not in self.learners))
        self.learners[made.id] = self.new[made.id] = made
        return made

    def _learn(self, person: Person, learner: Learner) -> None:
        """Fill in what was not known of a learner; what is known is never changed."""
        number = person.number if self.lasting else ""
        before = (learner.name, learner.email, learner.number)
        learner.name = learner.name or person.name
        learner.email = learner.email or person.email
        learner.number = learner.number or number
        if before != (learner.name, learner.email, learner.number):
            self.new[learner.id] = learner


def enter(students: dict[str, Student], learner: Learner) -> Student:
    """The learner's row of the gradebook, with what it did not have yet; it may be a new one."""
    row = students.get(learner.id) or Student(id=learner.id)
    if not row.first_name and not row.last_name and learner.name != learner.id:
        first, _, last = learner.name.rpartition(" ")
        row.first_name, row.last_name = first or None, last or None
    row.email = row.email or learner.email or None
    row.lms_user_id = row.lms_user_id or learner.number or None
    return row


def learner_of(one: Student) -> Learner:
    """A learner as their row of the gradebook has them."""
    name = " ".join(filter(None, [one.first_name, one.last_name]))
    return Learner(one.id, name, one.email or "", one.lms_user_id or "")


def _of_name(person: Person) -> str:
    return _slug(person.name)


def _is_one_word(person: Person) -> bool:
    """Then it may be no name: blind marking calls everybody "Participant", in any language."""
    return bool(person.number) and len(person.name.split()) < 2


def words_of(name: str) -> str:
    """What two spellings of a name have in common, first name first or last."""
    return "-".join(sorted(_slug(name).split("-")))


def _slug(text: str, keep: bool = False) -> str:
    """A name for a folder: letters of any script, digits, and hyphens between words.

    keep: a login stays as it is written, as far as a folder can be called so.
    """
    text = unicodedata.normalize("NFC", text if keep else text.casefold())
    return re.sub(r"[^\w.@-]+" if keep else r"[\W_]+", "-", text).strip("-.")


def _safe(name: str) -> str:
    """What nbgrader, its exchange and a file system can use: no `+`, nothing hidden, not long."""
    return re.sub(r"[^\w.@-]+", "-", name)[:_ID_CHARACTERS].strip("-.")
