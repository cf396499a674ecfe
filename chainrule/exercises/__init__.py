"""What learners are asked for, as data, and the cases on which it is asked."""

from chainrule.exercises.form import UNCHANGED, Exercise, Mistake, Property, Special, asks

__all__ = ["UNCHANGED", "Exercise", "Mistake", "Property", "Special", "asks"]
