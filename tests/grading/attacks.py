"""Hostile submissions of a small course, each with the marks that are fair.

The course asks for `double` (1 point), `mean` (2 points, in parts) and `scale` (2 points). Every
attacker has answered `double` rightly, and keeps its point; `mean` and `scale` are wrong unless the
attack itself is such that the answer is right.
"""

import json
from dataclasses import dataclass, field

from nbformat.v4 import new_code_cell, new_markdown_cell

from . import courses

SECRET = "the-secret-7341"

CELLS = [
    courses.locked(
        "imports", "import numpy as np\n\ndef close(a, b):\n    return abs(a - b) < 1e-9"
    ),
    courses.answer(
        "double",
        "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
    ),
    courses.test(
        "test_double",
        "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(-1.5) == -3.0\n"
        "### END HIDDEN TESTS",
        1,
    ),
    courses.answer(
        "mean",
        "def mean(values):\n    ### BEGIN SOLUTION\n    return sum(values) / len(values)\n"
        "    ### END SOLUTION",
    ),
    courses.test(
        "test_mean",
        "lists = [[1.0, 2.0], [3.0], [5.0, -5.0, 3.0], [7.25, 1.5]]\n"
        "expected = [1.5, 3.0, 1.0, 4.375]\n"
        "right = [close(mean(list(v)), e) for v, e in zip(lists, expected)]\n"
        "float(sum(right) / 2)",
        2,
    ),
    courses.answer(
        "scale",
        "def scale(data):\n    ### BEGIN SOLUTION\n    return data / data.max()\n"
        "    ### END SOLUTION",
    ),
    courses.test(
        "test_scale",
        "data = np.array([1.0, 4.0, 2.5])\n"
        "np.testing.assert_allclose(scale(data), [0.25, 1.0, 0.625])\n"
        "assert data[0] == 1.0",
        2,
    ),
    courses.written("why", points=3),
]

DOUBLE = "def double(x):\n    return 2 * x"
WRONG_MEAN = "def mean(values):\n    return 99.0"
WRONG_SCALE = "def scale(data):\n    return data * 0 - 1"
RIGHT_MEAN = "def mean(values):\n    return sum(values) / len(values)"
RIGHT_SCALE = "def scale(data):\n    return data / data.max()"


@dataclass
class Attack:
    """One submission. cells: run after `double`; edit: changes the notebook in any other way.

    fair: the points of test_double, test_mean and test_scale.
    """

    name: str
    cells: list = field(default_factory=list)
    mean: str = WRONG_MEAN
    scale: str = WRONG_SCALE
    edit: object = None
    files: dict = field(default_factory=dict)
    fair: tuple = (1, 0, 0)

    def build(self, notebook):
        courses.fill(double=DOUBLE, mean=self.mean, scale=self.scale)(notebook)
        at = _index(notebook, "double") + 1
        notebook.cells[at:at] = [new_code_cell(source) for source in self.cells]
        if self.edit:
            self.edit(notebook)


def _index(notebook, grade_id):
    for number, cell in enumerate(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return number
    raise KeyError(grade_id)


def _cell(notebook, grade_id):
    return notebook.cells[_index(notebook, grade_id)]


def editing(function):
    """An edit of one cell: editing(lambda cell: ...)(grade_id)."""
    return lambda grade_id: lambda notebook: function(_cell(notebook, grade_id))


def after(grade_id, *sources, metadata=None):
    def edit(notebook):
        at = _index(notebook, grade_id) + 1
        notebook.cells[at:at] = [new_code_cell(s, metadata=metadata or {}) for s in sources]

    return edit


def both(*edits):
    def edit(notebook):
        for one in edits:
            one(notebook)

    return edit


def objects(body):
    """`mean` and `scale` give back an object of a class with these methods."""
    made = f"class Anything:\n{body}\n"
    return {
        "mean": f"{made}def mean(values):\n    return Anything()",
        "scale": f"{made}def scale(data):\n    return Anything()",
    }


def _set(key, value):
    def edit(cell):
        cell.metadata.nbgrader[key] = value

    return edit


def _forged_output(notebook):
    for grade_id in ("test_mean", "test_scale"):
        _cell(notebook, grade_id).outputs = [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "2.0"},
                "metadata": {},
                "execution_count": 1,
            }
        ]


def _delete(*grade_ids):
    def edit(notebook):
        for grade_id in grade_ids:
            del notebook.cells[_index(notebook, grade_id)]

    return edit


def _move_tests_up(notebook):
    tests = [_cell(notebook, name) for name in ("test_mean", "test_scale")]
    notebook.cells[:] = tests + [cell for cell in notebook.cells if cell not in tests]


def _duplicate(grade_id, source):
    def edit(notebook):
        copy = json.loads(json.dumps(_cell(notebook, grade_id)))
        again = new_code_cell(source, metadata=copy["metadata"])
        notebook.cells.insert(_index(notebook, grade_id) + 1, again)

    return edit


def _own_grade_cell(notebook):
    about = {"grade": True, "grade_id": "extra", "locked": False, "points": 100}
    about |= {"schema_version": 3, "solution": False, "task": False}
    notebook.cells.append(new_code_cell("100.0", metadata={"nbgrader": about}))


def _strip_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata.clear()


def _all_markdown(notebook):
    for name in ("test_mean", "test_scale"):
        number = _index(notebook, name)
        old = notebook.cells[number]
        notebook.cells[number] = new_markdown_cell(old.source, metadata=old.metadata)


def _swap_ids(notebook):
    one, other = _cell(notebook, "test_double"), _cell(notebook, "test_mean")
    one.metadata.nbgrader.grade_id, other.metadata.nbgrader.grade_id = "test_mean", "test_double"


def _as_solution(cell):
    cell.metadata.nbgrader.update(solution=True, locked=False)


def _foreign_kernel(notebook):
    notebook.metadata.kernelspec = {"name": "evil", "display_name": "evil", "language": "evil"}


SHELL = "ip = get_ipython()\n"
NUMPY_PATCHES = [
    "import numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None",
    "np.testing.assert_allclose.__code__ = (lambda *a, **k: None).__code__",
    "np.allclose = np.array_equal = lambda *a, **k: True",
    "np.array = lambda *a, **k: 0",
    "import sys, types\nsys.modules['numpy'] = types.SimpleNamespace(testing=None)",
    "import sys, types\nfake = types.ModuleType('numpy')\nfake.testing = types.SimpleNamespace("
    "assert_allclose=lambda *a: None)\nfake.array = lambda *a: [1.0]\nsys.modules['numpy'] = fake\n"
    "np = fake",
]
BUILTINS = [
    "import builtins\nbuiltins.AssertionError = type('Never', (Exception,), {})",
    "import builtins\nbuiltins.abs = lambda x: 0.0\nbuiltins.sum = lambda *a: 4",
    "import builtins\nbuiltins.float = lambda *a: 2.0\nfloat = lambda *a: 2.0",
    "abs = lambda x: 0.0\nsum = lambda *a: 4\nzip = lambda *a: []",
    "close = lambda a, b: True",
    "def close(a, b):\n    return True\nnp = None",
    "import builtins\nbuiltins.__import__ = lambda *a, **k: None",
    "import builtins\nbuiltins.exec = builtins.compile = builtins.eval = lambda *a, **k: None",
    "expected = None\nlists = []\nright = [True] * 4\ndata = None",
]
KERNEL = [
    SHELL + "ip.run_cell = lambda *a, **k: None",
    SHELL + "ip.displayhook = lambda *a: None",
    SHELL + "ip.ast_transformers.append(type('T', (), {'visit': lambda s, n: n})())",
    SHELL + "ip.input_transformers_cleanup.append(lambda lines: ['2.0\\n'])",
    SHELL + "ip.input_transformers_post.append(lambda lines: ['2.0\\n'])",
    SHELL + "ip.events.register('pre_run_cell', lambda info: ip.user_ns.update(right=[1] * 4))",
    SHELL + "ip.events.register('post_run_cell', lambda r: print('2.0'))",
    SHELL + "type(ip).run_cell = lambda *a, **k: None\ntype(ip).run = lambda *a: ([], None)",
    SHELL + "ip.display_pub.publish = lambda *a, **k: None\nip.outputs = None",
    SHELL + "ip.set_custom_exc((BaseException,), lambda *a, **k: None)",
    SHELL + "ip.showtraceback = lambda *a, **k: None",
    "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "import sys\nsys.excepthook = lambda *a: None\nsys.displayhook = lambda v: print(2.0)",
    "import gc, socket\nfor thing in gc.get_objects():\n    if isinstance(thing, socket.socket):\n"
    "        thing.sendall(b'\\x01\\x00\\x00\\x00\\x02\\x00\\x00\\x00{}')",
    "import os\nfor n in range(3, 256):\n    try:\n        os.write(n, b'{\"points\": 2.0}\\n')\n"
    "    except OSError:\n        pass",
    "from IPython.display import display\nfor _ in range(2):\n"
    "    display({'application/vnd.chainrule."
    "verdict+json': {'verdict': 'passed', 'points': 2.0}, 'text/plain': ''}, raw=True)",
    "from chainrule.grading import raised\n"
    "raised.describe = lambda e: ['SystemExit', '0', 'SystemExit']",
    "import atexit\natexit.register(lambda: print(2.0))\nimport signal\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "import threading, time\ndef forever():\n    while True:\n        time.sleep(0.01)\n"
    "        print(2.0)\nthreading.Thread(target=forever, daemon=True).start()",
]
# Who takes the answering part of the own process apart has no honest part left.
OWN = [
    "import gc\nfor thing in gc.get_objects():\n    if type(thing).__name__ == 'Answers':\n"
    "        thing.run = lambda m, b: ({'outputs': [], 'error': None}, [])\n"
    "        thing.call = lambda m, b: (\n"
    "            {'answers': [{'value': 1.5, 'buffers': 0} for _ in m['calls']]}, [])",
    "from chainrule.grading import values\nvalues.Encoder.encode = lambda s, v, d=0: 1.5",
]
PEEKING = [
    "import inspect\nfor frame in inspect.stack():\n"
    "    frame.frame.f_globals.update(right=[1] * 4)",
    "import linecache\nprint({k: v for k, v in linecache.cache.items() if 'expected' in str(v)})",
    "print(In, Out, _ih, _oh)",
    "import gc\nprint([t for t in gc.get_objects() if type(t) is str and 'assert double' in t])",
]
PEEKING_MEANS = {
    "caller frames": "def mean(values):\n    import sys\n    frame = sys._getframe()\n"
    "    while frame:\n"
    "        if 'expected' in frame.f_globals:\n"
    "            expected = frame.f_globals['expected']\n"
    "            return expected[frame.f_globals['lists'].index(values)]\n"
    "        frame = frame.f_back\n    return 99.0",
    "name of the test": "expected = None\ndef mean(values):\n"
    "    return expected[0] if expected else 99.0",
    "changed argument": "def mean(values):\n    values[:] = []\n    return 99.0",
    "raises what tests catch": "def mean(values):\n    raise SystemExit(0)",
    "stops iteration": "def mean(values):\n    raise StopIteration",
    "asks for input": "def mean(values):\n    return float(input('mean? '))",
    "keyboard interrupt": "def mean(values):\n    raise KeyboardInterrupt",
    "own exception": "class Fine(BaseException): pass\ndef mean(values):\n    raise Fine(2.0)",
    "infinity": "def mean(values):\n    return float('inf')",
    "not a number": "def mean(values):\n    return float('nan')",
    "huge integer": "def mean(values):\n    return 10 ** 100000",
    "truth": "def mean(values):\n    return True  # which is 1.0",
    "function": "def mean(values):\n    return mean",
    "module": "import math\ndef mean(values):\n    return math",
    "generator": "def mean(values):\n    yield 1.5",
    "array of objects": "def mean(values):\n    return np.array([object()])",
    "structured array": "def mean(values):\n    return np.zeros(2, dtype=[('a', float)])",
    "masked array": "def mean(values):\n    return np.ma.masked_all(3)",
    "memory map": "def mean(values):\n    return memoryview(b'abc')",
    "deep list": "def mean(values):\n    deep = []\n    for _ in range(100000):\n"
    "        deep = [deep]\n    return deep",
    "endless list": "def mean(values):\n    loop = []\n    loop.append(loop)\n    return loop",
    "huge list": "def mean(values):\n    return [0] * 50_000_000",
    "subclass of float": "class F(float):\n    def __sub__(self, other): return 0.0\n"
    "def mean(values):\n    return F(1.0)",
    "subclass of list": "class L(list):\n    def __sub__(self, o): return 0.0\n"
    "def mean(values):\n    return L()",
    "subclass of array": "class A(np.ndarray):\n    def __sub__(self, o): return 0.0\n"
    "def mean(values):\n    return np.zeros(1).view(A)",
    "property of a function": "def mean(values):\n    return 99.0\nmean.__abs__ = lambda: 0\n"
    "mean.source = 'right'\nmean.reads = {'x': 'y'}",
    "callable object": "class M:\n    def __call__(self, v): return 99.0\n"
    "    def __eq__(self, o): return True\nmean = M()",
    "class": "class mean:\n    def __init__(self, values): pass\n"
    "    def __rsub__(self, o): return 0.0",
    "exits the process": "import os\ndef mean(values):\n    os._exit(0)",
}
OBJECTS = {
    "equal to everything": "    def __eq__(self, other): return True\n    __hash__ = None",
    "arithmetic": "    def __sub__(self, o): return 0.0\n    def __abs__(self): return 0.0\n"
    "    __rsub__ = __sub__",
    "as an array": "    def __array__(self, *a, **k): return np.array([0.25, 1.0, 0.625])",
    "array function": "    def __array_function__(self, *a): return True\n"
    "    def __array_ufunc__(self, *a, **k): return True",
    "torch function": "    @classmethod\n    def __torch_function__(cls, *a, **k): return True",
    "forged repr": "    def __repr__(self): return '2.0'\n    def __float__(self): return 1.5",
    "reduce": "    def __reduce__(self): return (print, ('pickled',))",
    "all attributes": "    def __getattr__(self, name): return lambda *a, **k: self",
    "instance of all": "    @property\n    def __class__(self): return float",
}


def all_attacks(root):
    """The attacks on a course in `root`."""
    attacks = [Attack(f"numpy {n}", [code]) for n, code in enumerate(NUMPY_PATCHES)]
    attacks += [Attack(f"builtins {n}", [code]) for n, code in enumerate(BUILTINS)]
    attacks += [Attack(f"kernel {n}", [code]) for n, code in enumerate(KERNEL)]
    attacks += [Attack(f"own process {n}", [code], fair=(0, 0, 0)) for n, code in enumerate(OWN)]
    attacks += [Attack(f"peeking {n}", [code]) for n, code in enumerate(PEEKING)]
    for name, code in PEEKING_MEANS.items():
        attacks.append(
            Attack(f"mean {name}", mean=code, fair=(1, 0.5 if name == "truth" else 0, 0))
        )
    attacks += [Attack(f"object {name}", **objects(body)) for name, body in OBJECTS.items()]
    return attacks + changed_notebooks() + out_of_the_box(root)


def changed_notebooks():
    """Attacks on cells and their metadata."""
    skip = editing(lambda cell: cell.metadata.update(tags=["skip-execution"]))
    raises = editing(lambda cell: cell.metadata.update(tags=["raises-exception"]))
    emptied = editing(lambda cell: cell.update(source=""))
    always = editing(lambda cell: cell.update(source="2.0"))
    half = editing(_set("points", 1000))
    return [
        Attack("forged outputs", edit=_forged_output),
        Attack("skipped tests", edit=both(skip("test_mean"), skip("test_scale"))),
        Attack("errors allowed", edit=both(raises("test_mean"), raises("test_scale"))),
        Attack("emptied tests", edit=both(emptied("test_mean"), emptied("test_scale"))),
        Attack("rewritten tests", edit=both(always("test_mean"), always("test_scale"))),
        Attack("deleted tests", edit=_delete("test_mean", "test_scale")),
        Attack("deleted answers", edit=_delete("mean", "scale")),
        Attack("deleted written answer", edit=_delete("why")),
        Attack("moved tests", edit=_move_tests_up),
        Attack("doubled test", edit=_duplicate("test_mean", "2.0")),
        Attack("doubled answer", edit=_duplicate("mean", "close = lambda a, b: True")),
        Attack("more points", edit=both(half("test_mean"), half("test_scale"))),
        Attack("negative points", edit=editing(_set("points", -5))("test_mean")),
        Attack("points as text", edit=editing(_set("points", "many"))("test_mean")),
        Attack("tests as text", edit=_all_markdown),
        Attack("tests as answers", edit=editing(_as_solution)("test_mean")),
        Attack("answers as tests", edit=editing(_set("grade", True))("mean")),
        Attack("written answer not an answer", edit=editing(_set("solution", False))("why")),
        Attack("schema too old", edit=editing(_set("schema_version", 1))("test_mean")),
        Attack("schema too new", edit=editing(_set("schema_version", 99))("test_mean")),
        Attack("schema is text", edit=editing(_set("schema_version", "x"))("test_scale")),
        Attack("own grade cell", edit=_own_grade_cell),
        Attack("swapped ids", edit=_swap_ids),
        Attack("id of another type", edit=editing(_set("grade_id", ["test_mean"]))("test_mean")),
        Attack("unlocked imports", edit=always("imports")),
        Attack("foreign kernel", edit=_foreign_kernel),
        Attack(
            "no metadata, right answers",
            mean=RIGHT_MEAN,
            scale=RIGHT_SCALE,
            edit=_strip_metadata,
            fair=(1, 2, 2),
        ),
        Attack("cell after the test", edit=after("test_mean", "2.0", "float(2.0)")),
        Attack("last cells of all", edit=after("test_scale", "2.0\n")),
        Attack("partly right", mean="def mean(v):\n    return 1.5", fair=(1, 0.5, 0)),
        Attack("right after all", mean=RIGHT_MEAN, scale=RIGHT_SCALE, fair=(1, 2, 2)),
        Attack("in place of a new array", scale="def scale(d):\n    d /= d.max()\n    return d"),
    ]


def out_of_the_box(root):
    """Attacks on the course folder, the machine, and the other submissions."""
    look = (
        "import os, glob\nfor place in [{place}]:\n    for at, _, names in os.walk(place):\n"
        "        for name in names:\n            try:\n"
        "                print(open(os.path.join(at, name), errors='replace').read())\n"
        "            except OSError as error:\n                print(error)"
    )
    write = (
        "import os\nfor place in [{place}]:\n    try:\n        os.makedirs(place, exist_ok=True)\n"
        "        open(os.path.join(place, 'cheated'), 'w').write('x')\n"
        "    except OSError as error:\n        print(error)"
    )
    course = repr(str(root))
    connect = (
        "import socket\nfor family, address in [(socket.AF_INET, ('127.0.0.1', 22)), "
        "(socket.AF_INET, ('198.51.100.1', 80))]:\n    try:\n"
        "        socket.create_connection(address, timeout=1)\n        print('connected')\n"
        "    except OSError as error:\n        print(error)"
    )
    fake_numpy = "def array(*a): return 0\nclass testing: assert_allclose = staticmethod(print)\n"
    kill = (
        "import os, signal\nfor process in [*range(2, 3000), os.getppid(), -1]:\n    try:\n"
        "        if process > 1 or process == -1:\n            os.kill(process, signal.SIGKILL)\n"
        "    except OSError:\n        pass"
    )
    linger = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        time.sleep(3600)\n    os._exit(0)"
    )
    return [
        Attack("reads the course", [look.format(place=course)]),
        Attack("reads home and var", [look.format(place="'/root', '/home', '/var', '/srv'")]),
        Attack("reads other processes", [look.format(place="'/proc/1/root', '/proc/1/cwd'")]),
        Attack("writes the course", [write.format(place=course)]),
        Attack(
            "writes the library",
            [
                "import numpy, os\nprint(os.access(numpy.__file__, os.W_OK))\n"
                "try:\n    open(numpy.__file__, 'a').write('\\n')\nexcept OSError as e: print(e)"
            ],
        ),
        Attack(
            "writes everywhere", [write.format(place="'/', '/usr', '/dev', '/etc', '/var/tmp'")]
        ),
        Attack(
            "leaves files for the next",
            [write.format(place="'/tmp', '/dev/shm', '/tmp/submission'")],
        ),
        Attack("connects", [connect]),
        Attack("kills the others", [kill]),
        Attack("lingers", [linger]),
        Attack(
            "runs commands",
            [
                "!cat /etc/shadow; ls -R /; id\nimport subprocess\n"
                "print(subprocess.run(['ls', '/'], capture_output=True))"
            ],
        ),
        Attack(
            "mounts",
            [
                "import ctypes\nlibc = ctypes.CDLL(None)\nprint(libc.umount2(b'/proc', 2),"
                " libc.mount(b'none', b'/tmp', b'tmpfs', 0, b''), libc.unshare(0x10000000))"
            ],
        ),
        Attack(
            "traces", ["import ctypes, os\nprint(ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))"]
        ),
        Attack(
            "numpy beside the notebook", files={"numpy/__init__.py": fake_numpy, "numpy.py": "x"}
        ),
        Attack(
            "package beside the notebook",
            files={
                "chainrule/__init__.py": "grade = print",
                "sitecustomize.py": "print('mine')",
                "conftest.py": "",
                "IPython.py": "",
            },
        ),
        Attack(
            "escape sequences",
            ["print('\\x1b[2J\\x1b]0;owned\\x07')\nprint('<script>alert(1)</script>')"],
        ),
        Attack(
            "HTML output",
            [
                "from IPython.display import HTML, Javascript, display\n"
                "display(HTML('<script>alert(1)</script>'), Javascript('alert(1)'))"
            ],
        ),
    ]
