"""Processes of ours: forked, got ready to be forked, and looked at from outside."""
