"""Mistakes that nobody had to write down: the right function with one thing changed.

The syntax tree of the right text is changed at one place: a transpose dropped, added or moved;
operands exchanged; another sign, product, reduction, axis, comparison; a part left out or taken
twice; a name exchanged for another; in programs a line left out, a round more or fewer. Each has a
plain sentence, made from the change, and the hint of its kind. They come into play only where no
named mistake fits.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache, partial

import numpy as np

from chainrule.exercises.cases import VISIBLE_SEEDS
from chainrule.exercises.form import Mistake, Question
from chainrule.mistakes.shown import cases_of
from chainrule.mistakes.variants import (
    UNWRITTEN,
    Variant,
    right_function,
    right_source,
    with_formulas,
)
from chainrule.networks.formulas import BUILTINS, evaluate, steps

_MOST_PLACES = 3  # at which one slip is made alike
HINTS = {
    "transpose": "Write down the shapes of both factors. Which product has the result's shape?",
    "product": "`@` multiplies matrices, `*` goes entry by entry. Which of them is meant here?",
    "sign": "Follow the signs once more, term by term.",
    "part": "Count the parts of what you have derived. Is each of them there, and once?",
    "name": "Say in words what stands at this place. Is it the quantity that you have typed?",
    "axis": "Which axis goes, and which has to stay?",
    "sum": "A sum, a mean or the largest: which of them does the definition ask for?",
    "comparison": "Which side is meant, and what if both are equal? Try it.",
    "function": "Which function stands at this place on paper?",
    "number": "Look at the numbers in your line: where does each come from?",
    "lines": "Go through one round by hand and write down each value. Which line comes too early?",
    "rounds": "Count the rounds for the smallest case by hand.",
}
_SIBLINGS = {
    "tanh": ("sin", "exp"),
    "exp": ("log", "expm1", "exp2"),
    "log": ("exp", "log2", "log10", "log1p"),
    "sqrt": ("square", "abs"),
    "square": ("abs", "sqrt"),
    "abs": ("square", "sign"),
    "sign": ("abs",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "sin": ("cos",),
    "cos": ("sin",),
    "outer": ("multiply", "inner"),
    "cumsum": ("cumprod", "diff"),
    "argmax": ("argmin", "max"),
    "argmin": ("argmax", "min"),
    "prod": ("sum",),
    "where": (),
}
_REDUCTIONS = ("sum", "mean", "max", "min")
# What to exchange in a binary operation, with its words: {a} and {b} are its sides.
_OPERATIONS: dict[type[ast.operator], tuple[tuple[type[ast.operator], str, str], ...]] = {
    ast.Add: ((ast.Sub, "minus where plus belongs before {b}", "sign"),
              (ast.Mult, "{a} times {b} in place of their sum", "part")),
    ast.Sub: ((ast.Add, "plus where minus belongs before {b}", "sign"),
              (ast.Mult, "{a} times {b} in place of their difference", "part")),
    ast.Mult: ((ast.Add, "{a} plus {b} in place of their product", "part"),
               (ast.Div, "divided by {b} in place of times it", "part"),
               (ast.MatMult, "@ where * belongs", "product")),
    ast.Div: ((ast.Mult, "times {b} in place of divided by it", "part"),
              (ast.Sub, "minus {b} in place of divided by it", "part")),
    ast.MatMult: ((ast.Mult, "* where @ belongs", "product"),
                  (ast.Add, "+ where @ belongs", "product")),
    ast.Pow: ((ast.Mult, "times {b} in place of to the power of it", "number"),),
}  # fmt: skip


@cache
def unwritten(question: Question) -> tuple[Variant, ...]:
    """The right function with one thing changed, in each of the ways; the plainest come first."""
    if question.recorded:
        kept = question.recorded.mistakes
        return tuple(Variant(one, "", given) for one, given in kept if is_unwritten(one))
    made: dict[str, Variant] = {}
    right = ast.unparse(ast.parse(right_source(question)))
    for words, kind, text in _changed(question):
        if text == right or text in made:
            continue
        try:
            function = right_function(question, text)
        except (SyntaxError, ValueError):
            continue
        id = UNWRITTEN + re.sub(r"\W+", "-", words).strip("-")
        made[text] = Variant(Mistake(id, words, HINTS[kind]), text, function)
    return tuple(made.values())


def is_unwritten(mistake: Mistake) -> bool:
    """Whether nobody has written it down."""
    return mistake.id.startswith(UNWRITTEN)


def _changed(question: Question) -> Iterator[tuple[str, str, str]]:
    """Words, kind, and the text of the changed function."""
    tree = ast.parse(right_source(question))
    if any(isinstance(node, ast.While) for node in ast.walk(tree)):
        return  # with one thing changed, it may never end
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    head = f"def {question.function}({', '.join(question.arguments)}):\n"

    def whole(body: Sequence[ast.stmt]) -> str:
        text = "\n".join(map(ast.unparse, body)) or "pass"
        return head + "".join(f"    {line}\n" for line in text.splitlines())

    texts = [ast.unparse(one) for one in definition.body]

    def with_these(new: Mapping[int, ast.stmt]) -> str:
        lines = [ast.unparse(new[n]) if n in new else text for n, text in enumerate(texts)]
        return head + "".join(f"    {line}\n" for text in lines for line in text.splitlines())

    alike: dict[tuple[str, str], dict[int, tuple[str, ast.stmt]]] = {}
    for place, statement in enumerate(definition.body):
        for words, where, kind, new in _of_a_statement(statement, question, definition):
            yield f"{words}{where}", kind, with_these({place: new})
            alike.setdefault((words, kind), {}).setdefault(place, (where, new))
    # The same slip, made wherever it can be.
    for (words, kind), places in alike.items():
        if 1 < len(places) <= _MOST_PLACES:
            where = " and".join(one.removeprefix(", in") for one, _ in places.values())
            yield f"{words}, in{where}", kind, with_these({n: x for n, (_, x) in places.items()})
    yield from _old_for_new(question, whole(definition.body))
    for name, others in (question.home.taken_for if question.home else {}).items():
        for words, formula in others.items() if name in _written(definition) else ():
            yield f"{words}, in {name}", "function", with_formulas(question, {name: formula})
    if question.program:
        for words, kind, body in _blocks(definition.body):
            yield words, kind, whole(body)


def _written(definition: ast.FunctionDef) -> set[str]:
    """The names that its lines write to."""
    found = {one for one in ast.walk(definition) if isinstance(one, ast.Name)}
    return {one.id for one in found if isinstance(one.ctx, ast.Store)}


def _old_for_new(question: Question, text: str) -> Iterator[tuple[str, str, str]]:
    """What was there before in place of what is made of it, everywhere: m for new_m."""
    names = set(re.findall(r"\b[A-Za-z_]\w*", text))
    pairs = {name: name.removeprefix("new_") for name in names if name.startswith("new_")}
    pairs = {new: old for new, old in pairs.items() if old in question.arguments}
    if pairs:
        head, _, last = text.rpartition("return")
        lines = [
            re.sub(r"\b(new_\w+)\b(?! *=[^=])", lambda m: pairs.get(m[0], m[0]), line)
            for line in head.splitlines()
        ]
        words = f"{', '.join(pairs.values())} where {', '.join(pairs)} belong"
        yield words, "name", "\n".join(lines) + f"return{last}"


def _of_a_statement(
    statement: ast.stmt, question: Question, definition: ast.FunctionDef
) -> Iterator[tuple[str, str, str, ast.stmt]]:
    """Words, where, kind, and the changed statement; also of what is in its block."""
    known = _known(question, definition, statement)
    several: dict[tuple[str, str, str], dict[int, ast.expr]] = {}
    shapes = _shapes(question)

    def alike(typed: str, other: str) -> bool:
        """Whether a name is likely to be typed for another: of one shape, or of one stem."""
        if typed not in shapes or other not in shapes:
            return True
        return shapes[typed] == shapes[other] or _stem(typed) == _stem(other)

    axes = {  # they are exchanged with their reduction
        id(one.value) for one in ast.walk(statement) if isinstance(one, ast.keyword)
    }
    nodes = [
        (place, node)
        for place, node in enumerate(ast.walk(statement))
        if isinstance(node, ast.expr)
        and not isinstance(getattr(node, "ctx", None), ast.Store)
        and id(node) not in axes
    ]

    def in_itself(node: ast.expr) -> Alternatives:
        yield from _alternatives(node, known, alike, partial(_is_count, question))
        yield from _of_an_entry(node, statement)

    def as_a_whole(node: ast.expr) -> Alternatives:
        if _is_whole(statement, node):
            yield from _of_the_whole(node, question)
            for how in ("sum", "mean") if _writes(statement) in question.result_names else ():
                whole = _expression(f"np.{how}({ast.unparse(node)})")
                yield whole, f"the {how} of everything taken", "axis"
            yield from _slopes(node, statement, known, shapes)

    for look in (in_itself, as_a_whole):
        for place, node in nodes:
            where = _where(statement, node, question)
            for new, words, kind in look(node):
                yield words, where, kind, _with(statement, {place: new})
                several.setdefault((words, where, kind), {}).setdefault(place, new)
    for (words, where, kind), places in several.items():
        if 1 < len(places) <= _MOST_PLACES:
            yield f"{words}, each time", where, kind, _with(statement, places)
    for words, where, new_statement in _other_numbers(statement, question, definition):
        yield words, where, "number", new_statement


@cache
def _shapes(question: Question) -> dict[str, tuple[int, ...]]:
    """The shapes of the quantities on the way, in a case in which all sizes differ."""
    if question.program:
        return {}
    worked = question.home.worked if question.home else {}
    cases = cases_of(question, VISIBLE_SEEDS, True)  # which need no torch where they are kept
    case = next(one for one in cases if one.note not in worked)
    names = steps(question.formulas, question.arguments, question.result_names)
    values = evaluate(question.formulas, case.arguments, names)
    return {name: np.shape(value) for name, value in {**case.arguments, **values}.items()}


def _stem(name: str) -> str:
    """What is left of a name without its number, `grad_`, and before or after the activation."""
    return re.sub(r"^grad_|\d+$|_pre$|_act$", "", name)


def _known(question: Question, definition: ast.FunctionDef, statement: ast.stmt) -> list[str]:
    """The names that a statement may use: arguments, and what is written before it ends."""
    names = list(question.arguments)
    for one in definition.body:
        if one is statement and isinstance(one, ast.Assign):
            break
        names += [
            node.id
            for node in ast.walk(one)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        if one is statement:
            break
    lists = _lists(definition)  # in the place of an array they would come to hold themselves
    return list(dict.fromkeys(name for name in names if name != "_" and name not in lists))


def _lists(definition: ast.FunctionDef) -> set[str]:
    """The names of what a program adds to, item by item."""
    return {
        node.value.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in ("append", "insert", "extend")
    }


def _where(statement: ast.stmt, node: ast.AST, question: Question) -> str:
    inner = _innermost(statement, node)
    if isinstance(inner, ast.Assign | ast.AugAssign | ast.AnnAssign):
        target = inner.targets[0] if isinstance(inner, ast.Assign) else inner.target
        name = ast.unparse(target)
        spoken = question.home.spoken if question.home else {}
        return f", in {spoken.get(name, name)}"
    if isinstance(inner, ast.Return):
        return ", in what is returned"
    if isinstance(inner, ast.For | ast.While | ast.If):
        return f", in the line that begins with `{type(inner).__name__.lower()}`"
    return ""


def _innermost(statement: ast.stmt, node: ast.AST) -> ast.stmt:
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt) and any(one is node for one in ast.walk(child)):
            return _innermost(child, node)
    return statement


def _writes(statement: ast.stmt) -> str:
    """What an assignment writes to; "" for another statement."""
    return ast.unparse(statement.targets[0]) if isinstance(statement, ast.Assign) else ""


def _is_whole(statement: ast.stmt, node: ast.AST) -> bool:
    """Whether an expression is all that a line writes."""
    inner = _innermost(statement, node)
    writes = isinstance(inner, ast.Assign | ast.AugAssign)
    writes = writes and not isinstance(node, ast.List | ast.Tuple | ast.Constant)
    return writes and getattr(inner, "value", None) is node


def _with(tree: ast.stmt, new: Mapping[int, ast.expr]) -> ast.stmt:
    """The statement with other nodes at some places, in the order of ast.walk."""
    changed = deepcopy(tree)
    nodes = list(ast.walk(changed))
    exchanged = {id(nodes[place]): node for place, node in new.items()}

    class Exchange(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return exchanged.get(id(node)) or self.generic_visit(node)

    Exchange().visit(changed)
    return changed


Alternatives = Iterator[tuple[ast.expr, str, str]]


def _alternatives(
    node: ast.expr,
    known: Sequence[str],
    alike: Callable[[str, str], bool],
    is_count: Callable[[str], bool],
) -> Alternatives:
    """What can stand in place of a node, with the change in words, and its kind."""
    match node:
        case ast.BinOp():
            yield from _of_an_operation(node)
            yield from _other_activation(node)
        case ast.Attribute(value=value, attr="T"):
            yield value, f"{spoken(value)} not transposed", "transpose"
        case ast.Attribute(value=value, attr="size"):
            for text, words in (("len({})", "rows"), ("{}.shape[-1]", "columns")):
                other = _expression(text.format(ast.unparse(value)))
                yield other, f"the number of {words} where that of all entries belongs", "number"
        case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
            yield inner, f"{spoken(inner)} gone through from the start", "rounds"
        case ast.Call():
            yield from _of_a_call(node)
            yield from _other_activation(node)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            for sign, word in _SIGNS.items():
                if not isinstance(op, sign):
                    new = ast.Compare(left, [sign()], [right])
                    yield (
                        new,
                        f"{word} where {_SIGNS.get(type(op), 'another')} belongs",
                        "comparison",
                    )
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand, "the minus left out", "sign"
        case ast.Constant(value=bool()) | ast.Constant(value=str()):
            return
        case ast.Constant(value=int() | float() as number):
            for near in (number + 1, number - 1):
                if near >= 0:
                    yield ast.Constant(near), f"{near:g} where {number:g} belongs", "number"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body), "the two cases exchanged", "comparison"
        case ast.Name(id=typed) if typed in known:
            if is_count(typed):
                yield _expression(f"{typed} + 1"), f"{typed} counted one too far", "number"
                yield _expression(f"{typed} - 1"), f"{typed} counted one too short", "number"
            for name in known:
                if name != typed and alike(typed, name):
                    yield ast.Name(name, ast.Load()), f"{name} where {typed} belongs", "name"


_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
}


def _of_an_operation(node: ast.BinOp) -> Alternatives:
    left, right, op = node.left, node.right, node.op
    a, b = spoken(left), spoken(right)
    if isinstance(op, ast.MatMult):
        yield from _of_a_product(left, right)
    if isinstance(op, ast.Sub):
        yield ast.BinOp(right, op, left), f"{b} minus {a}, which is the wrong way round", "sign"
    if isinstance(op, ast.Div):
        yield left, f"the division by {b} left out", "part"
        yield ast.BinOp(node, op, right), f"the division by {b} made twice", "part"
        yield ast.BinOp(right, op, left), "numerator and denominator exchanged", "part"
    elif isinstance(op, ast.Pow):
        yield left, f"the power {b} left out", "number"
        yield (
            _expression(f"np.abs({ast.unparse(left)})"),
            f"np.abs where the power {b} belongs",
            "number",
        )
    else:
        yield left, f"{b} left out", "part"
        yield right, f"{a} left out", "part"
    if isinstance(op, ast.Mult):
        yield ast.BinOp(node, op, right), f"{b} as a factor twice", "part"
        yield ast.BinOp(node, op, left), f"{a} as a factor twice", "part"
    if isinstance(op, ast.Add | ast.Sub):
        yield ast.BinOp(node, op, right), f"{b} taken twice", "part"
    for other, words, kind in _OPERATIONS.get(type(op), ()):
        yield ast.BinOp(left, other(), right), words.format(a=a, b=b), kind


def _of_a_product(left: ast.expr, right: ast.expr) -> Alternatives:
    """The transposes of a matrix product dropped, added, moved; its factors exchanged."""
    plain = [(left, _turned(left)), (right, _turned(right))]
    made = {
        "the result transposed": ast.BinOp(plain[1][1], ast.MatMult(), plain[0][1]),
        f"the factors {spoken(left)} and {spoken(right)} exchanged": ast.BinOp(
            right, ast.MatMult(), left
        ),
        "the transpose on the other factor": ast.BinOp(plain[0][1], ast.MatMult(), plain[1][1]),
        f"{spoken(_bare(right))} {_turn(right)}": ast.BinOp(left, ast.MatMult(), plain[1][1]),
        f"{spoken(_bare(left))} {_turn(left)}": ast.BinOp(plain[0][1], ast.MatMult(), right),
    }
    yield from ((new, words, "transpose") for words, new in made.items())
    yield ast.BinOp(_bare(left), ast.Mult(), _bare(right)), "entry by entry, not @", "product"


def _bare(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else node


def _turn(node: ast.expr) -> str:
    return "not transposed" if _bare(node) is not node else "transposed"


def _turned(node: ast.expr) -> ast.expr:
    bare = _bare(node)
    return bare if bare is not node else ast.Attribute(node, "T", ast.Load())


def _of_a_call(node: ast.Call) -> Alternatives:
    function = node.func
    if not isinstance(function, ast.Attribute):
        return
    is_numpy = isinstance(function.value, ast.Name) and function.value.id == "np"
    name = function.attr
    if name in ("sum", "mean", "max", "min"):
        for other in _REDUCTIONS:
            if other != name:
                changed = deepcopy(node)
                assert isinstance(changed.func, ast.Attribute)
                changed.func.attr = other
                yield changed, f"{other} where {name} belongs", "sum"
        inner = node.args[0] if is_numpy and node.args else function.value
        yield inner, f"the {name} left out", "sum"
        yield from _of_an_axis(node)
    elif is_numpy:
        for other in _SIBLINGS.get(name, ()):
            changed = deepcopy(node)
            assert isinstance(changed.func, ast.Attribute)
            changed.func.attr = other
            yield changed, f"np.{other} where np.{name} belongs", "function"
        if len(node.args) in (1, 2) and name not in ("eye", "zeros", "ones", "arange"):
            yield node.args[0], f"np.{name} left out", "function"
        if name == "where" and len(node.args) == 3:
            test, one, two = node.args
            swapped = ast.Call(function, [test, two, one], [])
            yield swapped, "the two cases exchanged", "comparison"
        if name == "log":
            for small in ("1e-3", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12"):
                inside = _expression(f"np.log({ast.unparse(node.args[0])} + {small})")
                yield inside, f"{small} added in the logarithm", "number"


def _of_an_axis(node: ast.Call) -> Alternatives:
    axes = [one for one in node.keywords if one.arg == "axis"]
    if not axes:
        return
    value = ast.unparse(axes[0].value)
    for other in ("0", "1"):
        if other != value:
            changed = deepcopy(node)
            for one in changed.keywords:
                if one.arg == "axis":
                    one.value = ast.Constant(int(other))
            yield changed, f"axis {other} where another one belongs", "axis"
    changed = deepcopy(node)
    changed.keywords = [one for one in changed.keywords if one.arg != "axis"]
    yield changed, "over all axes where one belongs", "axis"
    if any(one.arg == "keepdims" for one in node.keywords):
        changed = deepcopy(node)
        changed.keywords = [one for one in changed.keywords if one.arg != "keepdims"]
        yield changed, "an axis not kept", "axis"


def _of_an_entry(node: ast.expr, statement: ast.stmt) -> Alternatives:
    """An entry of an array: read from the other end, or an entry of another one."""
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Tuple | ast.Slice):
        return
    array, index = ast.unparse(node.value), ast.unparse(node.slice)
    yield _expression(f"{array}[-1 - ({index})]"), f"{array} read backwards", "lines"
    others = {
        ast.unparse(one): one
        for one in ast.walk(statement)
        if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load)
    }
    for text, other in others.items():
        if text != ast.unparse(node):
            yield other, f"an entry of {spoken(other.value)} where one of {array} belongs", "name"


def _of_the_whole(value: ast.expr, question: Question) -> Alternatives:
    """A formula as a whole with another sign, with a factor too many, or mixed up in itself."""
    if isinstance(value, ast.Name):
        nothing = ast.BinOp(ast.Constant(0), ast.Mult(), value)
        yield nothing, f"zeros where {value.id} belongs", "name"
    yield from _exchanged(value)
    yield ast.UnaryOp(ast.USub(), value), "the sign turned round", "sign"
    for factor in ("2", "0.5"):
        yield (
            ast.BinOp(ast.Constant(float(factor)), ast.Mult(), value),
            f"a factor {factor} too many",
            "part",
        )
    rows = next((name for name in question.arguments if _has_rows(name, question)), "")
    for name in dict.fromkeys(_arrays(value)):
        count = _expression(f"{name}.size")
        if not rows:
            yield ast.BinOp(value, ast.Div(), count), f"divided by the entries of {name}", "part"
    if rows:
        count = _expression(f"len({rows})")
        yield ast.BinOp(value, ast.Div(), count), "divided by the number of examples", "part"
        yield ast.BinOp(value, ast.Mult(), count), "times the number of examples", "part"
    yield _expression(f"np.abs({ast.unparse(value)})"), "without its sign", "sign"
    yield _expression(f"({ast.unparse(value)}).T"), "transposed", "transpose"


_ACTIVATIONS = {
    r"1 / \(1 \+ np\.exp\(-(.+)\)\)": ("the sigmoid", "1 / (1 + np.exp(-({})))"),
    r"np\.tanh\((.+)\)": ("tanh", "np.tanh({})"),
    r"np\.maximum\((.+), 0(?:\.0)?\)": ("ReLU", "np.maximum({}, 0)"),
}


def _other_activation(node: ast.expr) -> Alternatives:
    """Another activation in the place of one that is known."""
    text = ast.unparse(node)
    for pattern, (name, _) in _ACTIVATIONS.items():
        if found := re.fullmatch(pattern, text):
            for other, formula in _ACTIVATIONS.values():
                if other != name:
                    new = _expression(formula.format(found[1]))
                    yield new, f"{other} where {name} belongs", "function"


def _slopes(
    value: ast.expr, statement: ast.stmt, known: Sequence[str], shapes: Mapping[str, object]
) -> Alternatives:
    """A gradient with a local gradient too many."""
    target = _writes(statement)
    if not target.startswith("grad_"):
        return
    for name in known:
        if name != target and name in shapes and shapes[name] == shapes.get(target):
            times = ast.BinOp(value, ast.Mult(), ast.Name(name, ast.Load()))
            yield times, f"{name} as a factor too many", "part"
            slope = _expression(f"{name} * (1 - {name})")
            words = f"a factor too many, {name} times 1 minus {name}"
            yield ast.BinOp(value, ast.Mult(), slope), words, "part"


def _other_numbers(
    statement: ast.stmt, question: Question, definition: ast.FunctionDef
) -> Iterator[tuple[str, str, ast.stmt]]:
    """The decimal numbers of another line of the same kind."""
    own = _decimals(statement)
    for other in definition.body:
        theirs = _decimals(other)
        if other is statement or len(own) != len(theirs) or own == theirs or not own:
            continue
        changed = _Renamed(dict(zip(own, theirs, strict=True))).visit(deepcopy(statement))
        target = _where(other, other, question).removeprefix(", in ")
        yield f"the numbers of {target}", _where(statement, statement, question), changed


def _decimals(tree: ast.AST) -> list[float]:
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    return list(dict.fromkeys(found))


def _exchanged(value: ast.expr) -> Alternatives:
    """Two names of a formula in each other's place, or two of its numbers."""
    names = [n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id not in BUILTINS]
    numbers = [
        n.value
        for n in ast.walk(value)
        if isinstance(n, ast.Constant) and isinstance(n.value, float)
    ]
    for kinds, what in ((names, "name"), (numbers, "number")):
        unique = list(dict.fromkeys(kinds))
        for place, one in enumerate(unique):
            for other in unique[place + 1 :]:
                pair = {one: other, other: one}
                changed = _Renamed(pair).visit(deepcopy(value))
                yield changed, f"{one} and {other} in each other's place", what


class _Renamed(ast.NodeTransformer):
    def __init__(self, pairs: Mapping[object, object]) -> None:
        self.pairs = pairs

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(str(self.pairs.get(node.id, node.id)), ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        value = self.pairs.get(node.value, node.value) if isinstance(node.value, float) else None
        return node if value is None else ast.Constant(value)  # type: ignore[arg-type]


def _arrays(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            yield node.value.id


def _is_count(question: Question, name: str) -> bool:
    """Whether an argument is a whole number."""
    tables: tuple[Mapping[str, object], ...] = question.home.tables if question.home else ()
    shape = next((table[name] for table in tables if name in table), "")
    return isinstance(shape, str) and " to " in shape


def _has_rows(name: str, question: Question) -> bool:
    tables: tuple[Mapping[str, object], ...] = question.home.tables if question.home else ()
    shape = next((table[name] for table in tables if name in table), "")
    return isinstance(shape, str) and shape.split(":")[0].split()[:1] == ["N"]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


# Programs: lines left out, exchanged, moved; rounds.


def _blocks(body: list[ast.stmt]) -> Iterator[tuple[str, str, list[ast.stmt]]]:
    yield from _out_of_all_loops(body)
    for place, statement in enumerate(body):
        rest = [*body[:place], *body[place + 1 :]]
        if not isinstance(statement, ast.Return):
            yield f"{_line(statement)} left out", "lines", rest
        if place + 1 < len(body) and not isinstance(body[place + 1], ast.Return):
            other = [*body[:place], body[place + 1], statement, *body[place + 2 :]]
            words = f"{_line(body[place + 1])} before {_line(statement)}"
            yield words, "lines", other
        if isinstance(statement, ast.For | ast.If):
            for words, kind, inner in _blocks(statement.body):
                changed = deepcopy(statement)
                changed.body = deepcopy(inner) or [ast.Pass()]
                yield words, kind, [*body[:place], changed, *body[place + 1 :]]
            first = statement.body[0]
            if len(statement.body) > 1 and isinstance(statement, ast.For):
                changed = deepcopy(statement)
                changed.body = changed.body[1:]
                moved = [*body[:place], first, changed, *body[place + 1 :]]
                yield f"{_line(first)} before the loop", "lines", moved
            last = statement.body[-1]
            if len(statement.body) > 1 and isinstance(statement, ast.For):
                changed = deepcopy(statement)
                changed.body = changed.body[:-1]
                moved = [*body[:place], changed, last, *body[place + 1 :]]
                yield f"{_line(last)} after the loop", "lines", moved
        if isinstance(statement, ast.For):
            yield from _rounds(body, place, statement)
        if isinstance(statement, ast.AugAssign):
            target = deepcopy(statement.target)
            plain = ast.Assign([target], statement.value)
            ast.copy_location(plain, statement)
            words = f"= where {_line(statement)} adds up"
            yield words, "sign", [*body[:place], plain, *body[place + 1 :]]
            if isinstance(statement.op, ast.Add | ast.Sub):
                turned = deepcopy(statement)
                turned.op = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
                words = f"the sign turned round in {_line(statement)}"
                yield words, "sign", [*body[:place], turned, *body[place + 1 :]]


def _out_of_all_loops(
    body: list[ast.stmt],
) -> Iterator[tuple[str, str, list[ast.stmt]]]:
    """A line of an inner loop that is run once, before the outer one."""
    for place, outer in enumerate(body):
        if not isinstance(outer, ast.For):
            continue
        for number, inner in enumerate(outer.body):
            for line in inner.body if isinstance(inner, ast.For) else ():
                if isinstance(line, ast.Assign):
                    changed = deepcopy(outer)
                    loop = changed.body[number]
                    assert isinstance(loop, ast.For)
                    text = ast.unparse(line)
                    loop.body = [one for one in loop.body if ast.unparse(one) != text]
                    if loop.body:
                        moved = [*body[:place], line, changed, *body[place + 1 :]]
                        yield f"{_line(line)} before both loops", "lines", moved


def _rounds(
    body: list[ast.stmt], place: int, loop: ast.For
) -> Iterator[tuple[str, str, list[ast.stmt]]]:
    match loop.iter:
        case ast.Name(id=name):
            for words, taken in (
                (f"the first of {name} left out", "[1:]"),
                (f"the last of {name} left out", "[:-1]"),
                (f"{name} gone through from the end", "[::-1]"),
            ):
                changed = deepcopy(loop)
                changed.iter = _expression(f"{name}{taken}")
                yield words, "rounds", [*body[:place], changed, *body[place + 1 :]]
        case ast.Call(func=ast.Name(id="range"), args=[count]):
            text = ast.unparse(count)
            for words, arguments in (
                ("only the first round", "1"),
                ("one round too few", f"({text}) - 1"),
                ("one round too many", f"({text}) + 1"),
                ("the first round left out", f"1, {text}"),
                ("counted from 1", f"1, ({text}) + 1"),
            ):
                changed = deepcopy(loop)
                changed.iter = _expression(f"range({arguments})")
                yield words, "rounds", [*body[:place], changed, *body[place + 1 :]]


def _line(statement: ast.stmt) -> str:
    """A line in words: what it writes to, or what it begins with."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return f"the line of {ast.unparse(target)}"
        case ast.Expr(value=ast.Call(func=function)):
            return f"the line of {ast.unparse(function)}"
        case ast.For() | ast.While():
            return "the loop"
        case ast.If():
            return "the condition"
    return "a line"


def spoken(part: ast.expr) -> str:
    """A part of a formula in words: short ones by name, and never the whole formula."""
    match part:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=value):
            return repr(value)
        case ast.Attribute(value=ast.Name(id=name), attr="T"):
            return f"{name}, transposed"
        case ast.Attribute(value=ast.Name(id=name), attr="size"):
            return f"the number of entries of {name}"
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            return f"the number of rows of {name}"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=function)):
            return _FUNCTIONS.get(function, f"np.{function}")
        case ast.Call(func=ast.Name(id=function)):
            return function
        case ast.Subscript(value=ast.Name(id=name)):
            return f"an entry of {name}"
        case ast.Call(func=ast.Attribute(attr=("sum" | "mean" | "max" | "min") as how)):
            return f"the {how}"
        case ast.Compare():
            return "the comparison"
        case ast.BinOp(left=ast.Name(id=one), op=op, right=ast.Name(id=other)):
            return f"the {_NOUNS.get(type(op), 'part')} of {one} and {other}"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"minus {spoken(operand)}"
        case ast.BinOp(op=op):
            return f"a {_NOUNS.get(type(op), 'part')}"
    return "a part"


_FUNCTIONS = {
    "sqrt": "the square root",
    "exp": "the exponential",
    "log": "the logarithm",
    "abs": "the absolute value",
}
_NOUNS: dict[type[ast.operator], str] = {
    ast.Add: "sum",
    ast.Sub: "difference",
    ast.Mult: "product",
    ast.MatMult: "product",
    ast.Div: "quotient",
    ast.Pow: "power",
}
