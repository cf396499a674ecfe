"""Results that people read: feedback for learners, a report of the class, a safe Formgrader.

Everything is made from the verdicts that grading leaves in the autograded notebooks, from the marks
in the gradebook, and from what learners wrote, which is shown as text and never as live HTML.
"""
