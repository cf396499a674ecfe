"""Where courses live: what learning platforms hand out, and what they take back."""
