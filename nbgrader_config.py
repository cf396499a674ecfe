"""What differs from nbgrader's defaults, each line with its reason."""

from pathlib import Path

from chainrule.grading import hooks
from chainrule.report import feedback, formgrader

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
# Feedback is a page of our own, made from verdicts and answers: nothing hidden can be in it.
c.GenerateFeedback.exporter_class = feedback.FeedbackPage
# It looks up the marks itself, once a run; nbgrader's preprocessors open the gradebook each time.
c.GenerateFeedback.preprocessors = []
# Old pages stay until new ones are whole.
feedback.install()
# Formgrader shows what learners wrote, and runs none of it.
c.merge(formgrader.settings())
formgrader.install()

# The same submission, graded twice, gives the same bytes; and a widget's static fallback shows.
c.Execute.record_timing = False
c.Execute.store_widget_state = False

# nbgrader's own autograde, and Formgrader's button, grade in the sandbox too: docs/grading.md.
hooks.install(c)
