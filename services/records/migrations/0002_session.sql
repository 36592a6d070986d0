-- Where a session belongs, and its figures as they stand; the first version and the note are read from the log.
create table session (
    session_id uuid primary key,
    client_id uuid not null,
    figures jsonb not null
);
create index session_client on session (client_id);
