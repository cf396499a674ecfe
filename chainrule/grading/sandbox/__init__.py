"""The side of the wall that runs learners' code, and the walls around it."""
