"""What nbgrader's panels do in the learner's JupyterLab.

The course's own nbgrader_config.py is not read there: it overrides how things are graded, for which
learners need nothing. A test sees that the two agree.
"""

from pathlib import Path

from chainrule.hooks import validate

c = get_config()  # noqa: F821  (Jupyter hands it to every configuration file)

COURSE = Path(__file__).resolve().parents[2]
c.CourseDirectory.course_id = "chainrule"
c.Exchange.root = str(COURSE / "exchange")
# What is fetched comes to lie where learners work, and what they wrote there is what is submitted.
c.Exchange.assignment_dir = str(COURSE / "work")

# The whole server waits for Validate, so a cell has seconds; the first one that takes longer ends
# it. (A check ends by itself before that.) Importing torch for the first time may take as long.
c.Execute.timeout = 20
c.Execute.interrupt_on_timeout = False
validate.install(c)
