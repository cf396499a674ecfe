"""What a test sets of its whole process, and a learner's code has to see: it goes with each call.

Seeds of random numbers, the recursion limit, torch's gradient mode and default type. Only plain
numbers and names cross.
"""

import contextlib
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypedDict

Seed = tuple[str, int]  # the module whose random numbers were seeded, and with which number


class State(TypedDict, total=False):
    """What is set in a process; only what torch knows is not always there."""

    recursion: int
    gradients: bool
    type: str


_SEEDING = {"random": "seed", "numpy.random": "seed", "torch": "manual_seed"}


def watch_seeds(seeds: list[Seed]) -> None:
    """From here on, in this process: what is seeded, and with which number, is added to these."""
    for module in _SEEDING:
        if module in sys.modules:
            _watch(sys.modules[module], module, seeds)


def _watch(module: Any, name: str, seeds: list[Seed]) -> None:
    really: Callable[..., Any] = getattr(module, _SEEDING[name])

    def seed(*args: Any, **kwargs: Any) -> Any:
        given = [*args, *kwargs.values()]
        if len(given) == 1 and hasattr(given[0], "__index__"):
            seeds.append((name, int(given[0])))
        return really(*args, **kwargs)

    seed.__name__ = seed.__qualname__ = _SEEDING[name]
    setattr(module, _SEEDING[name], seed)


def state() -> State:
    """What is set in this process."""
    found: State = {"recursion": sys.getrecursionlimit()}
    if (torch := sys.modules.get("torch")) is not None:
        found["gradients"] = torch.is_grad_enabled()
        found["type"] = str(torch.get_default_dtype()).removeprefix("torch.")
    return found


@contextlib.contextmanager
def as_set(seeds: Sequence[Seed], changed: State) -> Iterator[None]:
    """In the learner's process: seed as the test did, and have its state meanwhile."""
    for name, number in seeds:
        module: Any = random if name == "random" else sys.modules.get(name)
        if module is not None:
            getattr(module, _SEEDING[name])(number)
    if not changed:
        yield
        return
    before = state()
    _set(changed)
    try:
        yield
    finally:
        _set(before)


def _set(wanted: State) -> None:
    if "recursion" in wanted:
        with contextlib.suppress(RecursionError):  # it is deeper in already
            sys.setrecursionlimit(wanted["recursion"])
    torch = sys.modules.get("torch")
    if torch is not None and "gradients" in wanted:
        torch.set_grad_enabled(wanted["gradients"])
        torch.set_default_dtype(getattr(torch, wanted["type"]))
