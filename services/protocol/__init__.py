"""What should happen next in a course.

Owns: protocol definitions, `course-<id>`. Publishes: shared/events/protocol.py. Hears: records (sessions, exercise,
erasure) and scheduling (appointments). Answers: verdicts on days, plans, the course's facts, the note.
"""
