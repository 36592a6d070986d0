"""One guarantee each, broken on purpose: in which database, by what, and what the checker must say of it."""

BREAKS = {
    "an event is gone": (
        "protocol",
        "delete from event where position = (select max(position) from event where type = 'SessionCounted')",
        "stands where",
    ),
    "the effects of the last event heard are gone": (
        "protocol",
        "delete from event where position >= (select max(position) from event where type = 'SessionObserved')",
        "had 0 SessionObserved",
    ),
    "an effect is there twice": (
        "protocol",
        """
        insert into event (position, stream, version, event_id, type, data, client_id, actor, correlation_id,
                           causation_id, recorded_at)
        select head.position + 1, stream, (select max(version) + 1 from event e where e.stream = one.stream),
               gen_random_uuid(), type, data, client_id, actor, correlation_id, causation_id, recorded_at
          from event one, (select max(position) as position from event) head
         where type = 'SessionCounted' order by one.position limit 1
        """,
        "had the effect SessionCounted",
    ),
    "two events of a stream changed places": (
        "scheduling",
        """
        create temp table pair as select a.event_id as one, b.event_id as other
                                    from event a join event b using (stream)
                                   where a.version = 1 and b.version = 2 limit 1;
        update event set version = 1000 from pair where event_id = one;
        update event set version = 1 from pair where event_id = other;
        update event set version = 2 from pair where event_id = one
        """,
        "has version",
    ),
    "what was acknowledged is gone": (
        "records",
        "delete from event where position >= (select max(position) from event where type = 'ClientRegistered')",
        "acknowledged and not there",
    ),
    "a therapist is in two places": (
        "scheduling",
        """
        update event set data = data || (
            select jsonb_build_object('therapist_id', other.data -> 'therapist_id',
                                      'starts_at', other.data -> 'starts_at', 'ends_at', other.data -> 'ends_at')
              from event other where type = 'AppointmentBooked' order by position desc limit 1)
         where position = (select max(position) from event where type = 'AppointmentBooked'
                              and position < (select max(position) from event where type = 'AppointmentBooked'))
        """,
        "is in two places",
    ),
    "a claim is gone": ("scheduling", "delete from claim where resource like 'room:%'", "is not the fold"),
    "a timer is gone": ("protocol", "delete from timer", "the timer review"),
    "a visit that was called off is not dropped elsewhere": (
        "protocol",
        """
        update event set causation_id = gen_random_uuid()
         where position = (
            select max(position) from event where type = 'VisitDropped' and client_id not in (
                select client_id from event where type = 'ClientForgotten'))
        """,
        "had 0 VisitDropped",
    ),
    "a consumer is behind": (
        "notify",
        "update checkpoint set position = position - 1 where producer = 'scheduling'",
        "has heard scheduling up to",
    ),
    "an event is parked": (
        "notify",
        "insert into parked select 'records', 1, null, 'ClientErased', 'KeyError', '{}', '{}', now()",
        "is parked (KeyError)",
    ),
    "a read model says something else": (
        "protocol",
        "update read.course set closed = true",
        "in the read model course",
    ),
    "a row of a read model is gone": ("scheduling", "delete from read.appointment", "in the read model appointment"),
    "a row of a read model without key is there twice": (
        "scheduling",
        "insert into read.freed_time select * from read.freed_time limit 1",
        "in the read model freed_time a row is too much",
    ),
    "a reminder that was due was withdrawn": (
        "notify",
        """
        update event set type = 'MessageWithdrawn', data = data - 'kind' - 'channel' - 'appointment_ids'
                                                                || '{"reason": "nothing"}'
         where type = 'MessageSent' and data ->> 'kind' = 'reminder'
        """,
        "notify: the reminder P",
    ),
    "a reminder was given up though the mail server was there": (
        "notify",
        """
        update event set type = 'MessageFailed', data = data - 'appointment_ids' || '{"error": "unreachable"}'
         where type = 'MessageSent' and data ->> 'kind' = 'reminder'
        """,
        "is failed",
    ),
}
