"""What services ask each other over the bus: a question's class name is its subject, its `Answer` the reply.

Answers may carry names and addresses; they are never logged and never stored by who asked.
"""
