"""What a test changes that does not cross the wall: there the learner's code sees another world.

Where such a test fails, that is not seen to be the learner's doing; a person decides. A test that
passes is none the worse for it. It is read from the text of the test, which is the instructor's.
"""

import ast
import builtins

from ..plain_data import Unlike

# Methods that change the object itself.
_MUTATING = {
    *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update"),
    *("setdefault", "popitem", "add", "discard", "fill", "put", "resize", "itemset", "write"),
    *("appendleft", "popleft", "extendleft", "rotate", "difference_update", "subtract"),
}
# Functions that set something of the whole process, and the names that they go by everywhere.
_SETTING = {
    *("set_int_max_str_digits", "setswitchinterval", "settrace"),
    *("set_printoptions", "set_option", "reset_option", "option_context", "setlocale"),
    *("set_default_device", "use_deterministic_algorithms", "set_num_threads", "autocast"),
    *("set_state", "setstate", "set_rng_state"),
    *("chdir", "putenv", "unsetenv", "umask", "setenv", "delenv"),
    *("getcontext", "setcontext", "localcontext"),
    *("patch", "setattr", "delattr", "monkeypatch", "setitem", "delitem"),
    *("freeze_time", "rc_context"),
}
# What is printed over there is printed here too.
_CARRIED = {"sys.stdout", "sys.stderr"}
# What a test asks of `__main__`, which in its process is another module than the notebook.
_MAIN = {("unittest", "main"), ("doctest", "testmod"), ("ipytest", "run"), ("pytest", "main")}


def changes(tree: ast.AST) -> Unlike:
    """What a test with this syntax tree changes."""
    objects: set[str] = set()
    state: set[str] = set()
    main: set[str] = set()
    same: set[str] = set()
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _last(node.func)
            if isinstance(node.func, ast.Attribute) and name in _MUTATING:
                objects.add(_root(node.func))
            if name in _SETTING:
                state.add(ast.unparse(node.func))
            if isinstance(node.func, ast.Attribute) and (_root(node.func), name) in _MAIN:
                main.add(ast.unparse(node.func))
            if isinstance(node.func, ast.Name) and name == "id":
                same.add(ast.unparse(node))
        if isinstance(node, ast.Compare) and _asks_whether_same(node):
            same.add(ast.unparse(node))
        targets: list[ast.expr] = []
        if isinstance(node, (ast.Assign, ast.Delete)):
            targets = list(node.targets)
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        for target in targets:
            if isinstance(target, (ast.Subscript, ast.Attribute)):
                objects.add(_root(target))
                whole = ast.unparse(target)
                if _root(target) not in own and "." in whole and whole not in _CARRIED:
                    state.add(whole)
            elif isinstance(node, ast.AugAssign) and isinstance(target, ast.Name):
                objects.add(target.id)
    found: Unlike = {}
    if objects := objects - {""}:
        found["objects"] = sorted(objects)
    if state:
        found["state"] = sorted(state)
    if main:
        found["main"] = sorted(main)
    if same:
        found["same"] = sorted(same)
    return found


def _asks_whether_same(node: ast.Compare) -> bool:
    """`is` between things; None, True, a type and the like are the same on both sides."""
    if not any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
        return False
    return not any(_is_everywhere(one) for one in (node.left, *node.comparators))


def _is_everywhere(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return _last(node.func) == "type"
    return isinstance(node, ast.Constant) or _last(node) in dir(builtins)


def _last(node: ast.expr) -> str:
    """The last name of a.b.c"""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.expr) -> str:
    """The first name of a.b[0].c"""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
