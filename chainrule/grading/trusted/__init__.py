"""The side of the wall that runs tests and gives marks, and never runs a learner's code."""
