"""The command line: each command parses its arguments and calls one function of the package."""

import argparse
import os
import select
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainrule.errors import ChainruleError, needs_course

Commands = Any  # what add_subparsers returns; its class has no public name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="chainrule", description="A course on backpropagation.")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    add_init(commands)
    add_doctor(commands)
    add_release(commands)
    add_sample_class(commands)
    add_hand_out(commands)
    add_samples(commands)
    add_new_exercise(commands)
    add_try(commands)
    add_collect(commands)
    add_grade(commands)
    add_watch(commands)
    add_sandbox(commands)
    add_report(commands)
    add_export(commands)
    chosen = parser.parse_args(arguments)
    # jsonschema, which reads notebooks, would build a grammar of internationalised addresses with
    # this package: half of the time that nbgrader takes to start. No notebook's schema asks for it.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        with needs_course(f"`chainrule {vars(chosen).pop('command')}`"):
            status: int = chosen.run(chosen)
            sys.stdout.flush()
            return status
    except ChainruleError as error:
        print(f"chainrule: {error}", file=sys.stderr)
    except BrokenPipeError:
        output = select.poll()
        output.register(sys.stdout.fileno(), 0)
        if not output.poll(0):  # it was another pipe
            raise
        # Whoever read what is printed, `head` say, has read enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:  # no such folder, no right to write there, a full disk
        if error.filename is None:
            raise
        print(f"chainrule: {error.filename}: {error.strerror}", file=sys.stderr)
    return 1


def say_aside(line: str) -> None:
    """What is said besides a command's own answer."""
    print(line, file=sys.stderr)


def whole_number(text: str) -> int:
    """The type of options that count; argparse says what is wrong in one line."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def add_course(parser: argparse.ArgumentParser) -> None:
    """The option that every command about a course has."""
    parser.add_argument(
        "--course-dir", type=Path, default=Path(), metavar="DIR", help="the course (default: here)"
    )


def add_init(commands: Commands) -> None:
    parser = commands.add_parser("init", help="begin a course in a folder")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new, or not yet a course")
    parser.add_argument(
        "--exercises", action="store_true", help="with this package's own exercises"
    )
    parser.set_defaults(run=run_init)


def run_init(chosen: argparse.Namespace) -> int:
    from chainrule.course.new_course import init

    print("\n".join(init(chosen.folder, chosen.exercises).lines()))
    return 0


def add_doctor(commands: Commands) -> None:
    parser = commands.add_parser("doctor", help="can this machine grade, and this course be graded")
    add_course(parser)
    parser.set_defaults(run=run_doctor)


def run_doctor(chosen: argparse.Namespace) -> int:
    from chainrule.doctor import examine

    found = examine(chosen.course_dir)
    for finding in found:
        print(finding)
    return 1 if any(finding.kind == "bad" for finding in found) else 0


def add_release(commands: Commands) -> None:
    parser = commands.add_parser("release", help="make release/ from source/")
    parser.add_argument("--check", action="store_true", help="only say which files are stale")
    add_course(parser)
    parser.set_defaults(run=run_release)


def run_release(chosen: argparse.Namespace) -> int:
    from chainrule.course.folders import ASIDE, release, stale

    if chosen.check:
        return say_what_is_stale("release", stale(chosen.course_dir), "chainrule release")
    made = release(chosen.course_dir, say_aside)
    for words, names in (("changed", made.changed), ("as before", made.same)):
        if names:
            print(f"release/, {words}: {', '.join(names)}")
    for name in made.aside:
        place = chosen.course_dir / ASIDE / name
        print(f"release/{name} had no source any more: it was put aside in {place.parent}")
    return try_own_answers(chosen.course_dir)


def try_own_answers(course_dir: Path) -> int:
    """Say which tests the instructor's own answers do not pass; return the exit status."""
    from chainrule import grading
    from chainrule.grading.errors import NoSandbox

    try:
        faults = grading.try_own_answers(course_dir, say=say_aside)
    except NoSandbox as error:
        say_aside(
            f"Released. Whether your own answers pass was not tried, without a sandbox: {error}"
        )
        return 0
    for fault in faults:
        say_aside(f"{fault}.")
    return 1 if faults else 0


def say_what_is_stale(folder: str, old: Sequence[str], remedy: str) -> int:
    """Say which files of a derived folder are old; return the exit status."""
    if old:
        print(f"{folder}/ is stale: {', '.join(old)}. Run `{remedy}`.", file=sys.stderr)
    return 1 if old else 0


def add_sample_class(commands: Commands) -> None:
    parser = commands.add_parser("sample-class", help="write a class of made-up submissions")
    parser.add_argument(
        "--learners", type=whole_number, default=24, metavar="N", help="default: 24"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="default: 0")
    add_course(parser)
    parser.set_defaults(run=run_sample_class)


def run_sample_class(chosen: argparse.Namespace) -> int:
    from chainrule.course.sample_class import sample_class

    made = sample_class(chosen.course_dir, chosen.learners, chosen.seed)
    print(f"{len(made)} learners in {chosen.course_dir / 'submitted'}")
    return 0


def add_hand_out(commands: Commands) -> None:
    parser = commands.add_parser("hand-out", help="copy releases to work/, where learners work")
    add_course(parser)
    parser.set_defaults(run=run_hand_out)


def run_hand_out(chosen: argparse.Namespace) -> int:
    from chainrule.course.hand_out import hand_out

    new = hand_out(chosen.course_dir)
    print(f"new in work/: {', '.join(new)}" if new else "work/ has every exercise already")
    return 0


def add_collect(commands: Commands) -> None:
    from chainrule.platforms.names import PLATFORMS

    parser = commands.add_parser(
        "collect", help="put a learning platform's archive into submitted/"
    )
    parser.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE", help="or a folder")
    parser.add_argument(
        "--from", dest="platform", choices=PLATFORMS, help="found out by itself by default"
    )
    parser.add_argument("--assignment", help="the one that most notebooks are of by default")
    parser.add_argument(
        "--zone", metavar="ZONE", help="of the platform's times (default: this machine's)"
    )
    add_course(parser)
    parser.set_defaults(run=run_collect)


def run_collect(chosen: argparse.Namespace) -> int:
    from chainrule.platforms.collect import collect

    options = {key: value for key, value in vars(chosen).items() if key != "run"}
    made = collect(**options, say=say_aside)
    for line in made.lines:
        print(line)
    print(made.summary())
    return 0


def add_grade(commands: Commands) -> None:
    parser = commands.add_parser("grade", help="grade what is new in submitted/")
    add_course(parser)
    parser.add_argument("--assignment", help="only this one; all by default")
    parser.add_argument("--student", help="only this learner; all by default")
    parser.add_argument(
        "--jobs", type=whole_number, help="workers (default: one a core; 0: no pool)"
    )
    parser.add_argument("--force", action="store_true", help="grade again what has a result")
    parser.add_argument("--unsafe", action="store_true", help="without a sandbox; results say so")
    parser.add_argument(
        "--despite-faults",
        action="store_true",
        help="also where the instructor's own answers fail a test, which is then for a person",
    )
    parser.add_argument(
        "--apart-only",
        action="store_true",
        help="leave to a person what can only be asked in the learner's own process",
    )
    parser.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="on the workers of this Dask scheduler"
    )
    parser.set_defaults(run=run_grade)


def run_grade(chosen: argparse.Namespace) -> int:
    from chainrule.grading.terminal import grade_in_terminal

    options = {key: value for key, value in vars(chosen).items() if key != "run"}
    return grade_in_terminal(**options)


def add_watch(commands: Commands) -> None:
    parser = commands.add_parser("watch", help="grade what comes in, until it is stopped")
    add_course(parser)
    parser.add_argument(
        "--every", type=float, default=10.0, metavar="SECONDS", help="between two looks (10)"
    )
    parser.add_argument(
        "--keep", choices=("last", "best"), default="last", help="the attempt that counts (last)"
    )
    parser.add_argument("--no-feedback", action="store_true", help="make no feedback pages")
    parser.add_argument("--collect", action="store_true", help="from nbgrader's exchange, too")
    parser.set_defaults(run=run_watch)


def run_watch(chosen: argparse.Namespace) -> int:
    import threading

    from chainrule.watch import Options, watch

    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    options = Options(chosen.every, chosen.keep, not chosen.no_feedback, chosen.collect)

    def say(line: str) -> None:
        print(line, flush=True)

    say("Watching submitted/; what is stopped or killed here goes on at the next start.")
    try:
        watch(chosen.course_dir, options, say, stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def add_sandbox(commands: Commands) -> None:
    parser = commands.add_parser("sandbox", help="what a learner's code can see while it is graded")
    add_course(parser)
    parser.set_defaults(run=run_sandbox)


def run_sandbox(chosen: argparse.Namespace) -> int:
    from chainrule.grading.in_sight import in_sight

    for path, what in in_sight(chosen.course_dir).seen:
        print(f"{path}: {what}")
    return 0


def add_samples(commands: Commands) -> None:
    parser = commands.add_parser("samples", help="grade the two sample learners kept in git")
    parser.add_argument("--check", action="store_true", help="only say which files are stale")
    add_course(parser)
    parser.set_defaults(run=run_samples)


def run_samples(chosen: argparse.Namespace) -> int:
    from chainrule.course.kept_samples import samples, stale_samples

    if chosen.check:
        return say_what_is_stale(
            "autograded", stale_samples(chosen.course_dir), "chainrule samples"
        )
    samples(chosen.course_dir)
    return 0


def add_new_exercise(commands: Commands) -> None:
    parser = commands.add_parser(
        "new-exercise", help="make a notebook and its definition, or the one that is missing"
    )
    parser.add_argument("name", metavar="NAME", help="of the assignment and its notebook")
    add_course(parser)
    parser.set_defaults(run=run_new_exercise)


def run_new_exercise(chosen: argparse.Namespace) -> int:
    from chainrule.course.new_exercise import new_exercise

    for path in new_exercise(chosen.course_dir, chosen.name):
        print(path)
    return 0


def add_try(commands: Commands) -> None:
    parser = commands.add_parser("try", help="what the checks of an own exercise see and say")
    parser.add_argument("name", metavar="NAME", help="the folder in source/")
    parser.add_argument("--messages", action="store_true", help="show what a learner would read")
    add_course(parser)
    parser.set_defaults(run=run_try)


def run_try(chosen: argparse.Namespace) -> int:
    from chainrule.course.definitions import try_definition

    lines, sound = try_definition(chosen.course_dir, chosen.name, chosen.messages)
    for line in lines:
        print(line)
    return 0 if sound else 1


def add_report(commands: Commands) -> None:
    parser = commands.add_parser("report", help="what the class did and did not understand")
    add_course(parser)
    parser.add_argument("--assignment", help="only this one; all by default")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: report.html")
    parser.set_defaults(run=run_report)


def run_report(chosen: argparse.Namespace) -> int:
    from chainrule.report.class_report import report

    for path in report(chosen.course_dir, chosen.assignment, chosen.output):
        print(path)
    return 0


def add_export(commands: Commands) -> None:
    parser = commands.add_parser(
        "export", help="marks into a copy of the file that a learning platform gave you"
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="as it was downloaded")
    parser.add_argument(
        "--for", dest="kind", required=True, choices=("moodle", "canvas", "csv"), help="what it is"
    )
    parser.add_argument("--assignment", help="whose marks")
    parser.add_argument("--column", metavar="TITLE", help="found by itself where it can be")
    parser.add_argument(
        "--scale", action="store_true", help="in proportion to the platform's maximum"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: FILE-marks.csv")
    parser.add_argument(
        "--feedback", type=Path, metavar="ZIP", help="write the feedback pages as it takes them"
    )
    add_course(parser)
    parser.set_defaults(run=run_export)


def run_export(chosen: argparse.Namespace) -> int:
    from chainrule.platforms.export import Options, export

    options = {k: v for k, v in vars(chosen).items() if k not in ("run", "course_dir", "file")}
    made = export(chosen.course_dir, chosen.file, Options(**options))
    for line in made.lines:
        print(line)
    print(made.summary())
    return 0
