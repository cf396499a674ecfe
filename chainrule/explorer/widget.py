"""The explorer's state in Python: traits that are checked, and what can be done with them."""

import asyncio
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from IPython.display import display, update_display

from chainrule.explorer import bundle, snapshot
from chainrule.explorer.descent import descend
from chainrule.explorer.marks import marks
from chainrule.explorer.numbers import NUMBERS, Numbers, has_entry, network_of, tidy
from chainrule.explorer.phases import phases, reached
from chainrule.explorer.presets import as_data, beginning
from chainrule.networks import reference
from chainrule.networks.network import ACTIVATIONS, ONE_LAYER, TWO_LAYERS, Network

MOST_HISTORY = 100
MOST_PINNED = 4
RENEWED_AFTER = 0.5  # seconds from a change to the picture that is saved
_STATE = (
    *NUMBERS,
    *(
        "example",
        "phase",
        "selection",
        "mode",
        "hidden",
        "guesses",
        "font_scale",
        "log_scale",
        "code",
    ),
    *("own_gradients", "pinned", "score", "history", "marks", "_start", "_presets", "_formulas"),
    "_activations",
)


class Explorer(anywidget.AnyWidget):
    """A network of one layer or two, with its examples, in which every number can be moved.

    `Explorer("720")` begins with a preset (`PRESETS` has their names), `Explorer(network)` with a
    `chainrule.networks.network.Network` of at most 24 examples and at most 6 units a layer.

    The traits are the whole state, in Python and on the screen: reading one says what is there,
    setting one changes it, and what does not fit raises `traitlets.TraitError` with the numbers.
    """

    x = traitlets.Any().tag(sync=True)  # (N, D), nested lists
    target = traitlets.Any().tag(sync=True)  # the example's class; a list of N where N is above 1
    parameters = traitlets.Any().tag(sync=True)  # [W, b] or [W1, b1, W2, b2], nested lists
    learning_rate = traitlets.Any().tag(sync=True)
    activation = traitlets.Any().tag(sync=True)  # between two layers, a name of ACTIVATIONS
    example = traitlets.Any(0).tag(sync=True)  # the number of the one that is shown, or "all"
    phase = traitlets.Unicode("loss").tag(sync=True)  # how far the computation has come
    selection = traitlets.Unicode("").tag(sync=True)  # an entry such as "W1[0,1]", or ""
    mode = traitlets.Enum(["explore", "predict"], "explore").tag(sync=True)
    hidden = traitlets.List(traitlets.Unicode()).tag(sync=True)  # what predict mode hides
    guesses = traitlets.Dict().tag(sync=True)  # entry: the number that was typed for it
    font_scale = traitlets.Float(1.0, min=0.5, max=4).tag(sync=True)
    log_scale = traitlets.Bool(False).tag(sync=True)  # of probabilities and losses
    own_gradients = traitlets.Bool(False).tag(sync=True)  # Update goes by the checked function's
    code = traitlets.Enum(["all", "forward", "none"], "all").tag(sync=True)  # lines of code shown
    pinned = traitlets.List(traitlets.Unicode()).tag(sync=True)  # weights whose edges keep figures
    score = traitlets.List(traitlets.Dict()).tag(sync=True)  # each prediction: id, guess, value
    history = traitlets.List(traitlets.Dict()).tag(sync=True)  # what was before each change
    marks = traitlets.Dict().tag(sync=True)  # of the learner's function, by entry

    _start = traitlets.Dict().tag(sync=True)
    _presets = traitlets.Dict().tag(sync=True)
    _formulas: Any = traitlets.List().tag(sync=True)
    _activations = traitlets.Dict().tag(sync=True)  # of each, the formulas that it puts in place

    def __init__(
        self,
        start: str | Network = "720",
        *,
        phase: str = "loss",
        learning_rate: float | None = None,
        activation: str | None = None,
        example: int | str | None = None,
        hidden: Sequence[str] = (),
        font_scale: float = 1.0,
        code: str = "all",
    ) -> None:
        """Begin with a preset or a network.

        learning_rate: the preset's own, or 0.01 for a network. activation: "relu", "sigmoid",
        "tanh" or "leaky_relu", in place of its own. example: the number of the one that is shown,
        or "all", which is where several begin. hidden: arrays or entries that are to be predicted.
        font_scale: 0.5 to 4. code: the lines of code shown, "all", "forward" or "none". Raises
        ValueError where there is no such preset or the network does not fit, and TraitError for
        the rest.
        """
        self._function: Callable[..., Any] | None = None
        self._from_page = self._recording = self._shown = False
        self._renewal: asyncio.TimerHandle | None = None
        self._display_id = uuid.uuid4().hex
        numbers = beginning(start, learning_rate, activation)
        self._before = numbers
        self._esm, self._css = bundle.module(), bundle.stylesheet()
        super().__init__(
            **numbers,
            example=_beginning_with(numbers) if example is None else example,
            phase=phase,
            mode="predict" if hidden else "explore",
            hidden=list(hidden),
            font_scale=font_scale,
            code=code,
            _start=numbers,
            _presets=as_data(),
            _formulas=[ONE_LAYER, TWO_LAYERS],
            _activations=ACTIVATIONS,
        )

    def open(self) -> None:
        """Let the page know of the widget, where there is one."""
        if not _nobody_looks():
            super().open()

    def add_traits(self, **added: Any) -> None:
        """What anywidget adds for its page, which takes a class for each widget."""
        if not _nobody_looks():
            super().add_traits(**added)

    # What is on the screen

    @property
    def network(self) -> Network:
        """The network on the screen."""
        return network_of(self._numbers())

    def values(self) -> dict[str, np.ndarray]:
        """Every intermediate of both passes by name, in NumPy: (N, n), the loss a scalar."""
        return self.network.trace()

    def reference(self) -> dict[str, np.ndarray]:
        """Every intermediate and gradient by name, from torch in float64."""
        return reference.trace(self.network)

    def __repr__(self) -> str:
        wide = [len(self.x[0]), *(len(bias[0]) for bias in self.parameters[1::2])]
        loss = self._withheld("loss") or snapshot.figure(float(self.values()["loss"]))
        shape = "-".join(map(str, wide))
        count = len(self.x)
        examples = f"class {self.target}" if count == 1 else f"{count} examples"
        return f"Explorer({shape}, {examples}, phase {self.phase!r}, loss {loss})"

    # What can be done

    def load(self, start: str | Network, learning_rate: float | None = None) -> None:
        """Begin anew with a preset or a network. Raises ValueError as the class."""
        numbers = beginning(start, learning_rate)
        example = _beginning_with(numbers)
        self._renew(numbers, history=[], hidden=[], example=example, _start=numbers)

    def reset(self) -> None:
        """Back to where this example began."""
        self._renew(tidy(self._start), history=[])

    def undo(self) -> None:
        """Take back the last change; nothing where there is none."""
        if self.history:
            self._renew(self.history[-1]["numbers"], history=self.history[:-1])

    def step(self, n: int = 1, backward: Callable[..., Any] | None = None) -> None:
        """n steps of gradient descent, with the true gradients or those of your own function.

        `backward(x, W, b, one_hot)` or `backward(x, W1, b1, W2, b2, one_hot)` returns the
        gradients in the order of the parameters. Raises ValueError, and changes nothing, where n
        is not 1 to 1000, the function gives no gradients, or a step leads out of range.
        """
        numbers, losses = descend(self._numbers(), n, backward)
        label = "1 update" if n == 1 else f"{n} updates"
        self._put(numbers, history=self._remembered(label, losses), guesses={})

    def check(self, function: Callable[..., Any]) -> None:
        """Mark each entry of what your function gives, now and after each change of the numbers.

        It is one of the exercise's functions, known by its name, with that exercise's arguments;
        any other name is taken for a `backward`. It has 2 s; one that takes longer is not run
        again. With its gradients, "by your gradients" on the screen lets the update go by them.
        Raises TypeError where it is no function; what goes wrong inside of it is said in `marks`.
        """
        if not callable(function):
            raise TypeError(f"check needs your function, not a {type(function).__name__}")
        self._function = function
        if self.phase != "update":
            self.phase = phases(self.parameters)[-2]
        if not _nobody_looks():
            self._mark()

    def to_html(self, path: str | Path, title: str = "Explorer") -> None:
        """Write one self-contained file in which everything still moves, without a kernel."""
        Path(path).write_text(bundle.page(self._state(), title), encoding="utf-8")

    # Showing it

    def _ipython_display_(self) -> None:
        if _nobody_looks():
            display(self._picture(), raw=True)
        else:
            display(self._picture(), raw=True, display_id=self._display_id)
            self._shown = True
            view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
            mime = "application/vnd.jupyter.widget-view+json"
            display({"text/plain": "", mime: view}, raw=True)

    def _picture(self) -> dict[str, str]:
        """What a saved notebook shows, as text and as HTML, with the numbers of this moment."""
        caption = " ".join(filter(None, [repr(self), self.marks.get("message", "")]))
        given = self.network, caption, self._withheld
        script = "" if _nobody_looks() else bundle.script(self._state())
        html = snapshot.html(*given, script, 0 if self.example == "all" else self.example)
        return {"text/plain": snapshot.text(*given), "text/html": html}

    @traitlets.observe(*_STATE)
    def _keep_picture(self, _: Any) -> None:
        """Bring what a saved notebook shows up to date, once for many changes."""
        if not self._shown or self._renewal:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel that goes on: nobody saves a notebook
            return
        self._renewal = loop.call_later(RENEWED_AFTER, self._renew_picture)

    def _renew_picture(self) -> None:
        self._renewal = None
        update_display(self._picture(), raw=True, display_id=self._display_id)

    def _withheld(self, name: str) -> str:
        """What stands in place of an array's values where they are not shown."""
        if not reached(name, self.phase, self.parameters):
            return "\N{MIDDLE DOT}"
        hides = self.mode == "predict" and any(
            hidden.split("[")[0] == name for hidden in self.hidden
        )
        return "?" if hides else ""

    # Checking what is set

    @traitlets.validate(*NUMBERS)
    def _valid_number(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        try:
            return dict(tidy({**self._numbers(), name: proposal["value"]}))[name]
        except (ValueError, TypeError) as wrong:
            raise traitlets.TraitError(str(wrong)) from None

    @traitlets.validate("example")
    def _valid_example(self, proposal: Any) -> int | str:
        value, count = proposal["value"], len(self.x)
        if value == "all" or (type(value) is int and 0 <= value < count):
            return value  # type: ignore[no-any-return]
        words = f'it must be 0 to {count - 1}, or "all"'
        raise traitlets.TraitError(f"example is {value!r}, {words}")

    @traitlets.validate("phase")
    def _valid_phase(self, proposal: Any) -> str:
        known = phases(self.parameters)
        if proposal["value"] not in known:
            raise traitlets.TraitError(
                f"phase is {proposal['value']!r}, it must be one of {', '.join(known)}"
            )
        return str(proposal["value"])

    @traitlets.validate("selection")
    def _valid_selection(self, proposal: Any) -> str:
        if proposal["value"] and not self._has(proposal["value"]):
            raise traitlets.TraitError(
                f"selection is {proposal['value']!r}, there is no such entry"
            )
        return str(proposal["value"])

    @traitlets.validate("hidden")
    def _valid_hidden(self, proposal: Any) -> list[str]:
        given = {"x", "one_hot", *self.network.names}
        for name in proposal["value"]:
            if not self._has(name) or name.split("[")[0] in given:
                raise traitlets.TraitError(f"hidden names {name!r}, which is no computed value")
        return list(proposal["value"])

    @traitlets.validate("pinned")
    def _valid_pinned(self, proposal: Any) -> list[str]:
        for entry in proposal["value"]:
            if not (entry.startswith("W") and entry.endswith("]") and self._has(entry)):
                raise traitlets.TraitError(f"pinned names {entry!r}, which is no weight's entry")
        return list(proposal["value"])[-MOST_PINNED:]

    def _has(self, entry: str) -> bool:
        return has_entry(self.values(), entry)

    # Keeping in step

    @traitlets.observe(*NUMBERS)
    def _numbers_changed(self, _: Any) -> None:
        if self._before == (now := self._numbers()):
            return
        before, self._before = self._before, now
        if not self._from_page and not self._recording:
            rate_only = {**before, "learning_rate": now["learning_rate"]} == now
            losses = [] if rate_only else [float(network_of(before).trace()["loss"])]
            with self._silently():
                self.history = self._remembered("set from Python", losses, before)
                self._forget_what_is_gone()
        if len(before["parameters"]) != len(now["parameters"]):
            self._function, self.marks, self.own_gradients = None, {}, False
        if self._function and not _nobody_looks():
            self._mark()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What the page sends: it keeps the history of its own changes."""
        self._from_page = True
        try:
            super().set_state(sync_data)
        finally:
            self._from_page = False

    @contextmanager
    def _silently(self) -> Iterator[None]:
        self._recording = True
        try:
            with self.hold_sync():
                yield
        finally:
            self._recording = False

    def _put(self, numbers: Numbers, **rest: Any) -> None:
        with self._silently(), self.hold_trait_notifications():
            for name, value in {**numbers, **rest}.items():
                setattr(self, name, value)

    def _renew(self, numbers: Numbers, **rest: Any) -> None:
        known = phases(numbers["parameters"])
        phase = self.phase if self.phase in known else "loss"
        self._put(numbers, phase=phase, guesses={}, **rest)
        self._forget_what_is_gone()

    def _forget_what_is_gone(self) -> None:
        self.guesses = {}
        if self.phase not in phases(self.parameters):
            self.phase = "loss"
        count = len(self.x)
        if count == 1 or (self.example != "all" and self.example >= count):
            self.example = 0
        if self.selection and not self._has(self.selection):
            self.selection = ""
        self.hidden = [name for name in self.hidden if self._has(name)]
        self.pinned = [entry for entry in self.pinned if self._has(entry)]

    def _numbers(self) -> Numbers:
        return Numbers(
            x=self.x,
            target=self.target,
            parameters=self.parameters,
            learning_rate=self.learning_rate,
            activation=self.activation,
        )

    def _state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _STATE}

    def _remembered(
        self, label: str, losses: list[float], numbers: Numbers | None = None
    ) -> list[dict[str, Any]]:
        entry = {"label": label, "losses": losses, "numbers": numbers or self._numbers()}
        return [*self.history, entry][-MOST_HISTORY:]

    def _mark(self) -> None:
        assert self._function is not None
        at = [self.x, self.target, self.parameters, self.activation]
        self.marks = marks(self._function, self.network) | {"at": at}
        if self.marks["late"]:
            self._function = None


def _beginning_with(numbers: Numbers) -> int | str:
    """The example that is shown first, or "all" of several."""
    return "all" if len(numbers["x"]) > 1 else 0


def _nobody_looks() -> bool:
    """Whether nbgrader runs the notebook; a view would have a new id on each run, for nobody."""
    return "NBGRADER_EXECUTION" in os.environ
