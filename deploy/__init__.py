"""The local stack: every server and service of Seriatim as child processes on one machine."""
