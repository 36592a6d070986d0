"""Scheduling: when and where.

Owns: itineraries (all appointments of one client), therapists, rooms, closures of the practice, holidays it decided on,
keys of calendar feeds, times held, who waits (`waiting-` + client id), weekly visits kept booked (`rolling-` + course).
Publishes: AppointmentBooked, AppointmentMoved, AppointmentCancelled, ClientArrived, AppointmentMissed,
AppointmentReinstated, AppointmentFulfilled, SlotOffered, OfferAccepted, OfferDeclined, OfferLapsed.
Hears: records (SessionCompleted, SessionAmended, SessionWithdrawn, ClientErased), protocol (CourseClosed,
CourseResumed, MaintenanceStarted).
Answers: AskVisits. Asks: records (AskContact), protocol (AskCourse, AskVerdicts, AskWays, AskReflow).
"""
