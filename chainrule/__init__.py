"""Backpropagation by hand: exercises, checks that name the mistake, and grading."""

__version__ = "0.1.0"
