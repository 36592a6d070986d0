"""The lines: each a function that takes the ground and gives rows."""
