"""What the benchmarks have measured, kept in `results/`, and shown in the README.

Each file of results holds the machine, the day, and a benchmark's figures by name. `make figures`
writes the README's table from them.
"""

import datetime
import json
import os
import platform
from pathlib import Path

import psutil

FOLDER = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- figures: made by `make figures` -->\n", "<!-- end of figures -->"
# What the README says: words, and the figures in them as (benchmark, name, how it is written).
ROWS = (
    (
        "{} notebooks graded in the sandbox, of a class of 200",
        [("grade", "chainrule grade: notebooks", ".0f")],
        "{} s: {} times as fast as plain nbgrader",
        [("grade", "chainrule grade: seconds", ".0f"), ("grade", "times as fast", ".0f")],
    ),
    (
        "the same for twice the class",
        [],
        "{} s, {} MiB at most (for 200: {} MiB)",
        [
            ("grade", "chainrule grade, twice the class: seconds", ".0f"),
            ("grade", "chainrule grade, twice the class: MiB", ".0f"),
            ("grade", "chainrule grade: MiB", ".0f"),
        ],
    ),
    (
        "a single notebook graded, start included",
        [],
        "{} s (plain nbgrader: {} s)",
        [
            ("grade", "chainrule grade, one notebook: seconds", ".1f"),
            ("grade", "nbgrader autograde, one notebook: seconds", ".1f"),
        ],
    ),
    (
        "feedback pages of a class",
        [],
        "{} times as fast as plain nbgrader",
        [("feedback", "times as fast", ".0f")],
    ),
    (
        "a mistake named, the slowest of all",
        [],
        "{} ms",
        [("checks", "a mistake named, slowest of all", ".0f")],
    ),
    (
        "an arrow key to every linked view of the explorer, in JupyterLab",
        [],
        "{} ms, 95 % within {} ms",
        [
            ("explorer", "JupyterLab, two views, changed, median", ".0f"),
            ("explorer", "JupyterLab, two views, changed, 95 %", ".0f"),
        ],
    ),
)


def keep(benchmark: str, figures: dict[str, float]) -> None:
    """Write a benchmark's figures, in place of those of its last run."""
    FOLDER.mkdir(exist_ok=True)
    day = datetime.date.today().isoformat()
    found = {"machine": machine(), "day": day, "figures": figures}
    text = json.dumps(found, indent=2, ensure_ascii=False)
    (FOLDER / f"{benchmark}.json").write_text(text + "\n", encoding="utf-8")


def table() -> str:
    """The README's table, in Markdown."""
    found = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}

    def filled(words: str, names: list[tuple[str, str, str]]) -> str:
        return words.format(*(format(found[b]["figures"][name], how) for b, name, how in names))

    rows = [f"| {filled(*row[:2])} | {filled(*row[2:])} |" for row in ROWS]
    on = found["grade"]["machine"]
    where = "{processor}, {cores} cores, {memory}, {system}, Python {python}".format(**on)
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
