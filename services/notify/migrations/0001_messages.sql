-- Every message to a client, and every note to a therapist (kind `note`), as it stands. Ids, times and codes only.
create table message (
    message_id uuid primary key,
    client_id uuid not null,
    kind text not null,
    channel text not null,
    lead text,
    due_at timestamptz not null,
    status text not null,                        -- planned due sending sent failed withdrawn
    started_at timestamptz,
    sent_at timestamptz,
    error text,                                  -- a code: why it failed or was withdrawn
    appointment_id uuid,
    appointment_ids uuid[] not null default '{}',
    therapist_id uuid,
    course_id uuid,
    digest text
);
create index message_client on message (client_id, due_at);
create index message_therapist on message (therapist_id, due_at) where therapist_id is not null;
create index message_due on message (due_at) where status = 'due';
create index message_started on message (started_at);

-- Visits heard of; the reminders of those not planned are still to be planned.
create table visit (
    appointment_id uuid primary key,
    client_id uuid not null,
    starts_at timestamptz not null,
    planned boolean not null default false
);
create index visit_unplanned on visit (client_id) where not planned;
create index visit_client on visit (client_id);

-- The newest note planned for a visit and a therapist: each row belongs to one stream, so a rebuild gives the same.
create table briefing (
    appointment_id uuid not null,
    therapist_id uuid not null,
    client_id uuid not null,
    course_id uuid not null,
    message_id uuid not null,
    digest text,
    primary key (appointment_id, therapist_id)
);
create index briefing_course on briefing (course_id);
create index briefing_client on briefing (client_id);
