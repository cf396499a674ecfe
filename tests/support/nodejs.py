"""Runs the page's modules in Node: what a browser would compute, without a browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

import chainrule

PAGE = Path(chainrule.__file__).parent / "explorer" / "page"


def node(body: str, given: Any = None) -> Any:
    """What the body returns for `given`; it may use `page`, all exports of the pure modules."""
    urls = [path.as_uri() for path in sorted((PAGE / "model").glob("*.js"))]
    script = (
        f"const all = await Promise.all({json.dumps(urls)}.map((url) => import(url)));"
        "const page = Object.assign({}, ...all);"
        "let text = ''; for await (const part of process.stdin) text += part;"
        f"const run = (given, page) => {{ {body} }};"
        "process.stdout.write(JSON.stringify(run(JSON.parse(text), page)));"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
