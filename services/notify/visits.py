"""Events about visits → the read model of those whose reminders are still to be planned."""

from collections.abc import Iterator

from services.notify.domain.events import ClientForgotten, PreferencesSet, VisitDropped, VisitNoted, VisitsPlanned
from shared.messages import Recorded
from shared.store.unit import Projections, Statement


def on_visit_noted(recorded: Recorded) -> Iterator[Statement]:
    """A visit to be planned, or planned anew."""
    event: VisitNoted = recorded.event
    yield (
        (
            "insert into visit (appointment_id, client_id, starts_at) values ($1, $2, $3) "
            "on conflict (appointment_id) do update set starts_at = excluded.starts_at, planned = false"
        ),
        (event.appointment_id, event.client_id, event.starts_at),
    )


def on_visit_dropped(recorded: Recorded) -> Iterator[Statement]:
    """A visit nobody need be reminded of."""
    event: VisitDropped = recorded.event
    yield "delete from visit where appointment_id = $1", (event.appointment_id,)


def on_visits_planned(recorded: Recorded) -> Iterator[Statement]:
    """Their reminders stand."""
    event: VisitsPlanned = recorded.event
    yield "update visit set planned = true where appointment_id = any($1)", (event.appointment_ids,)


def on_preferences_set(recorded: Recorded) -> Iterator[Statement]:
    """All of the client's visits are to be planned by the new wishes."""
    event: PreferencesSet = recorded.event
    yield "update visit set planned = false where client_id = $1", (event.client_id,)


def on_client_forgotten(recorded: Recorded) -> Iterator[Statement]:
    """Nothing of the client is to come, and nothing of what was is shown."""
    event: ClientForgotten = recorded.event
    yield "delete from visit where client_id = $1", (event.client_id,)
    yield "insert into forgotten (client_id) values ($1)", (event.client_id,)


PROJECTIONS: Projections = {
    VisitNoted: on_visit_noted,
    VisitDropped: on_visit_dropped,
    VisitsPlanned: on_visits_planned,
    PreferencesSet: on_preferences_set,
    ClientForgotten: on_client_forgotten,
}
