"""What the benchmarks have measured, kept in `results/`, and shown in the README.

Each file of results holds the machine, the day, and a benchmark's figures by name. `make figures`
writes the README's table from them.
"""

import datetime
import json
import os
import platform
import re
import sys
from pathlib import Path
from typing import Any

import psutil

FOLDER = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- figures: made by `make figures` -->\n", "<!-- end of figures -->"
# What the README says: words, and the figures in them as {benchmark/name:format}.
ROWS = (
    (
        "{grade/chainrule grade: notebooks:.0f} notebooks of {grade/chainrule grade: learners:.0f} "
        "learners graded in the sandbox",
        "{grade/chainrule grade: seconds:.0f} s, {grade/times as fast:.0f} times as fast as plain "
        "nbgrader",
    ),
    (
        "memory for it, and for a class of {grade/chainrule grade, twice the class: learners:.0f}",
        "{grade/chainrule grade: MiB:.0f} MiB, "
        "{grade/chainrule grade, twice the class: MiB:.0f} MiB at most",
    ),
    (
        "a single notebook graded, start included",
        "{grade/chainrule grade, one notebook: seconds:.1f} s (plain nbgrader: "
        "{grade/nbgrader autograde, one notebook: seconds:.1f} s)",
    ),
    (
        "feedback pages for {feedback/notebooks:.0f} notebooks",
        "{feedback/chainrule: seconds:.1f} s, {feedback/times as fast:.0f} times as fast as plain "
        "nbgrader",
    ),
    (
        "a mistake named, the slowest of all",
        "{checks/a mistake named, slowest of all:.0f} ms",
    ),
    (
        "an arrow key to every linked view of the explorer, in JupyterLab",
        "{explorer/JupyterLab, two views, changed, median:.0f} ms, "
        "95 % within {explorer/JupyterLab, two views, changed, 95 %:.0f} ms",
    ),
)
FIGURE = re.compile(r"\{(?P<benchmark>\w+)/(?P<name>[^{}]+):(?P<form>[^:{}]+)\}")


def keep(benchmark: str, figures: dict[str, float]) -> None:
    """Write a benchmark's figures, in place of those of its last run."""
    FOLDER.mkdir(exist_ok=True)
    day = datetime.date.today().isoformat()
    found = {"machine": machine(), "day": day, "figures": figures}
    text = json.dumps(found, indent=2, ensure_ascii=False)
    (FOLDER / f"{benchmark}.json").write_text(text + "\n", encoding="utf-8")


def table() -> str:
    """The README's table, in Markdown.

    Raises SystemExit where a figure is missing, or the machines differ.
    """
    found: dict[str, Any] = {}

    def figure(match: re.Match[str]) -> str:
        benchmark, name = match["benchmark"], match["name"]
        path = FOLDER / f"{benchmark}.json"
        if not path.exists():
            sys.exit(f"benchmarks/results/{path.name} is missing: run `make bench`.")
        found[benchmark] = json.loads(path.read_text(encoding="utf-8"))
        if name not in found[benchmark]["figures"]:
            sys.exit(f"benchmarks/results/{path.name} has no {name!r}: run `make bench`.")
        return format(found[benchmark]["figures"][name], match["form"])

    rows = [f"| {FIGURE.sub(figure, what)} | {FIGURE.sub(figure, much)} |" for what, much in ROWS]
    first, *others = (one["machine"] for one in found.values())
    if any(other != first for other in others):
        sys.exit("benchmarks/results/ comes from more than one machine: run `make bench`.")
    where = "{processor}, {cores} cores, {memory}, {system}, Python {python}".format(**first)
    return "\n".join(["| | |", "|:--|:--|", *rows, "", f"Measured on one machine: {where}."]) + "\n"


def readme() -> str:
    """The README with the table as it should be."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


def machine() -> dict[str, object]:
    memory = psutil.virtual_memory().total / 2**30
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
    }


def processor() -> str:
    try:
        rows = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        rows = []
    names = [row.partition(":")[2].strip() for row in rows if row.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
