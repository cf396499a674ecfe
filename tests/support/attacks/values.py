"""Attacks by what a learner's function gives back, raises, or does while it is called."""

from tests.support.attacks.course import Attack

MEANS = {
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


def objects(body):
    """`mean` and `scale` give back an object of a class with these methods."""
    made = f"class Anything:\n{body}\n"
    return {
        "mean": f"{made}def mean(values):\n    return Anything()",
        "scale": f"{made}def scale(data):\n    return Anything()",
    }


def attacks_by_values():
    """`mean` gives back one of these; or both functions do."""
    fair = {"truth": (1, 0.5, 0)}
    attacks = [
        Attack(f"mean {name}", mean=code, fair=fair.get(name, (1, 0, 0)))
        for name, code in MEANS.items()
    ]
    return attacks + [Attack(f"object {name}", **objects(body)) for name, body in OBJECTS.items()]
