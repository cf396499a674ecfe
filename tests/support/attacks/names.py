"""Attacks on names: what tests, the kernel, and our own part of the process look up.

Each has what it tries, and the cell that tries it.
"""

from chainrule.records import VERDICT_MIME
from tests.support.attacks.course import Attack

SHELL = "ip = get_ipython()\n"
NUMPY_PATCHES = {
    "its comparison is replaced": (
        "import numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None"
    ),
    "the code of its comparison is replaced": (
        "np.testing.assert_allclose.__code__ = (lambda *a, **k: None).__code__"
    ),
    "all that compares says yes": "np.allclose = np.array_equal = lambda *a, **k: True",
    "arrays are zero": "np.array = lambda *a, **k: 0",
    "the module is replaced by nothing": (
        "import sys, types\nsys.modules['numpy'] = types.SimpleNamespace(testing=None)"
    ),
    "the module is replaced by one of the same shape": (
        "import sys, types\n"
        "fake = types.ModuleType('numpy')\n"
        "fake.testing = types.SimpleNamespace(assert_allclose=lambda *a: None)\n"
        "fake.array = lambda *a: [1.0]\n"
        "sys.modules['numpy'] = fake\n"
        "np = fake"
    ),
}
BUILTINS = {
    "a failed assertion is never caught as one": (
        "import builtins\nbuiltins.AssertionError = type('Never', (Exception,), {})"
    ),
    "differences and sums come out right": (
        "import builtins\nbuiltins.abs = lambda x: 0.0\nbuiltins.sum = lambda *a: 4"
    ),
    "every number becomes the full points": (
        "import builtins\nbuiltins.float = lambda *a: 2.0\nfloat = lambda *a: 2.0"
    ),
    "the same by names of the notebook": (
        "abs = lambda x: 0.0\nsum = lambda *a: 4\nzip = lambda *a: []"
    ),
    "the instructor's helper says yes": "close = lambda a, b: True",
    "the instructor's helper and import are bound anew": (
        "def close(a, b):\n    return True\nnp = None"
    ),
    "imports give nothing": "import builtins\nbuiltins.__import__ = lambda *a, **k: None",
    "code is not run at all": (
        "import builtins\nbuiltins.exec = builtins.compile = builtins.eval = lambda *a, **k: None"
    ),
    "the names of the tests are taken first": (
        "expected = None\nlists = []\nright = [True] * 4\ndata = None"
    ),
}
KERNEL = {
    "cells are not run": SHELL + "ip.run_cell = lambda *a, **k: None",
    "results are not shown": SHELL + "ip.displayhook = lambda *a: None",
    "the syntax tree is visited": (
        SHELL + "ip.ast_transformers.append(type('T', (), {'visit': lambda s, n: n})())"
    ),
    "the text of cells is rewritten early": (
        SHELL + "ip.input_transformers_cleanup.append(lambda lines: ['2.0\\n'])"
    ),
    "the text of cells is rewritten late": (
        SHELL + "ip.input_transformers_post.append(lambda lines: ['2.0\\n'])"
    ),
    "names are bound before each cell": (
        SHELL + "ip.events.register('pre_run_cell', lambda info: ip.user_ns.update(right=[1] * 4))"
    ),
    "points are printed after each cell": (
        SHELL + "ip.events.register('post_run_cell', lambda r: print('2.0'))"
    ),
    "the class does not run cells": (
        SHELL + "type(ip).run_cell = lambda *a, **k: None\ntype(ip).run = lambda *a: ([], None)"
    ),
    "nothing is published or kept": (
        SHELL + "ip.display_pub.publish = lambda *a, **k: None\nip.outputs = None"
    ),
    "exceptions are handled": SHELL + "ip.set_custom_exc((BaseException,), lambda *a, **k: None)",
    "tracebacks are not shown": SHELL + "ip.showtraceback = lambda *a, **k: None",
    "every line is traced": (
        "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)"
    ),
    "hooks of the interpreter show points": (
        "import sys\nsys.excepthook = lambda *a: None\nsys.displayhook = lambda v: print(2.0)"
    ),
    "a made-up answer is sent on every socket": (
        "import gc, socket\n"
        "for thing in gc.get_objects():\n"
        "    if isinstance(thing, socket.socket):\n"
        "        thing.sendall(b'\\x01\\x00\\x00\\x00\\x02\\x00\\x00\\x00{}')"
    ),
    "a made-up result is written to every file that is open": (
        "import os\n"
        "for n in range(3, 256):\n"
        "    try:\n"
        "        os.write(n, b'{\"points\": 2.0}\\n')\n"
        "    except OSError:\n"
        "        pass"
    ),
    "a verdict is displayed": (
        "from IPython.display import display\n"
        "for _ in range(2):\n"
        f"    display({{'{VERDICT_MIME}': {{'verdict': 'passed', 'points': 2.0}}, "
        "'text/plain': ''}, raw=True)"
    ),
    "exceptions are described as a clean exit": (
        "from chainrule.grading.wall import exceptions\n"
        "exceptions.describe = lambda e: ['SystemExit', '0', 'SystemExit']"
    ),
    "points are printed at the end, and signals ignored": (
        "import atexit\n"
        "atexit.register(lambda: print(2.0))\n"
        "import signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    ),
    "a thread prints points for ever": (
        "import threading, time\n"
        "def forever():\n"
        "    while True:\n"
        "        time.sleep(0.01)\n"
        "        print(2.0)\n"
        "threading.Thread(target=forever, daemon=True).start()"
    ),
}
# Who takes the answering part of the own process apart has no honest part left.
OWN = {
    "what answers requests is replaced": (
        "import gc\n"
        "for thing in gc.get_objects():\n"
        "    if type(thing).__name__ == 'Answers':\n"
        "        thing.run = lambda m, b: ({'outputs': [], 'error': None}, [])\n"
        "        thing.call = lambda m, b: (\n"
        "            {'answers': [{'value': 1.5, 'buffers': 0} for _ in m['calls']]}, [])"
    ),
    "every value is written as 1.5": (
        "from chainrule.grading.wall import values\nvalues.Encoder.encode = lambda s, v, d=0: 1.5"
    ),
}
PEEKING = {
    "frames of the callers": (
        "import inspect\n"
        "for frame in inspect.stack():\n"
        "    frame.frame.f_globals.update(right=[1] * 4)"
    ),
    "sources that were kept for tracebacks": (
        "import linecache\n"
        "print({k: v for k, v in linecache.cache.items() if 'expected' in str(v)})"
    ),
    "the history of cells": "print(In, Out, _ih, _oh)",
    "all texts in memory": (
        "import gc\nprint([t for t in gc.get_objects() if type(t) is str and 'assert double' in t])"
    ),
}


def attacks_on_names():
    families = {"numpy": NUMPY_PATCHES, "builtins": BUILTINS, "kernel": KERNEL, "peeking": PEEKING}
    attacks = [
        Attack(f"{family}: {tried}", [cell])
        for family, cells in families.items()
        for tried, cell in cells.items()
    ]
    return attacks + [Attack(f"own: {tried}", [c], fair=(0, 0, 0)) for tried, c in OWN.items()]
