"""From a learner's function to a sentence, a mark and a record."""
