"""Scheduling: when and where.

Owns: itineraries (all appointments of one client), therapists, rooms, closures of the practice, holidays it decided on,
keys of calendar feeds.
Publishes: AppointmentBooked, AppointmentMoved, AppointmentCancelled, ClientArrived, AppointmentMissed,
AppointmentReinstated, AppointmentFulfilled.
Hears: records (SessionCompleted, SessionAmended, SessionWithdrawn, ClientErased), protocol (CourseClosed).
Answers: AskVisits. Asks: records (AskContact), protocol (AskCourse, AskVerdicts, AskWays, AskReflow).
"""
