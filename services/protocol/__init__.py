"""What should happen next in a course.

Owns: protocol definitions, `course-<id>`. Publishes: shared/events/protocol.py. Hears: records (sessions, exercise,
screenings, erasure) and scheduling (appointments). Answers: verdicts on days, choices of days, re-flows, the course's
facts, the note. Asks records for a client and their last screening when a course is opened.
"""
