"""The rules of scheduling: pure decisions about time, place and who is where."""
