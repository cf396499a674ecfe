"""What differs from nbgrader's defaults, each line with its reason."""

from pathlib import Path

from chainrule import hooks

c = get_config()  # noqa: F821  (Jupyter hands it to every configuration file)

# The exchange and the Assignments panel look up the course by this name.
c.CourseDirectory.course_id = "chainrule"
# Releasing and submitting work on one machine, with no folder outside of the course.
c.Exchange.root = str(Path(__file__).parent / "exchange")

# In a release every error says the same thing: this one is still to do.
c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE\n"
    'raise NotImplementedError("not attempted yet: replace this line by your answer")'
}
# A marking guide stands in the locked cell of its question. Locked cells are put back when a
# submission is graded, so that Formgrader shows the guide; nbgrader expects it in task cells only.
c.ClearMarkScheme.enforce_metadata = False
# nbgrader's commands and Formgrader grade in the sandbox, write our feedback pages, and run nothing
# that a learner wrote: docs/grading.md.
hooks.install(c)
