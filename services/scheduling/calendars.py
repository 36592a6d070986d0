"""Looking at what is agreed: one appointment, a client's itinerary, the practice's calendar."""

from services.scheduling import queries
from services.scheduling.bodies import CalendarQuery, PageQuery, interval
from services.scheduling.righted import AttendanceView
from services.scheduling.views import Appointments, AppointmentView
from shared.decider import Unknown
from shared.http.routes import Call
from shared.questions.records import AskContact


async def show_appointment(call: Call) -> AppointmentView:
    """One appointment; a client sees only their own."""
    found = await queries.appointment(call.service.store, call.path_id("appointment_id"))
    if call.who.role == "client" and call.who.client_id != found.client_id:
        raise Unknown("There is no such appointment.")
    return found


async def show_itinerary(call: Call) -> Appointments:
    """All appointments of a client. Only where there is none is it asked whether there is such a client."""
    query: PageQuery = call.query
    client_id = call.path_id("client_id")
    found = await queries.page(call.service.store, query, "a.client_id = $4", client_id)
    if not found.appointments and await call.service.ask(AskContact(client_id=client_id)) is None:
        raise Unknown("There is no such client.")
    return found


async def show_attendance(call: Call) -> AttendanceView:
    """How many visits a client kept, missed and called off. Only where there is none is it asked for the client."""
    client_id = call.path_id("client_id")
    counts = await queries.attendance(call.service.store, client_id)
    if not any(counts.values()) and await call.service.ask(AskContact(client_id=client_id)) is None:
        raise Unknown("There is no such client.")
    return AttendanceView(client_id=client_id, late_hours=call.service.practice.attendance.late_hours, **counts)


async def show_calendar(call: Call) -> Appointments:
    """Every appointment that reaches into the time asked for, whatever became of it."""
    query: CalendarQuery = call.query
    within = interval(query.from_, query.to, call.service.practice.tz)
    where = (
        "a.starts_at < $5 and a.ends_at > $4 and ($6::uuid is null or a.therapist_id = $6)"
        " and ($7::uuid is null or a.room_id = $7)"
    )
    return await queries.page(call.service.store, query, where, *within, query.therapist_id, query.room_id)
