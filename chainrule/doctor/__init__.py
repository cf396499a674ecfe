"""`chainrule doctor`: can this machine grade, and this course be graded?"""

from pathlib import Path

from .finding import Finding


def examine(course_dir: str | Path = ".") -> list[Finding]:
    """What was looked at, in an order in which one thing rests on another."""
    from chainrule.errors import needs_course

    with needs_course("`chainrule doctor`"):
        from . import course, machine

    folder = Path(course_dir)
    return [*machine.examine(folder), *course.examine(folder)]
