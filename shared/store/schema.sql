-- The store of one service. `{role}` is the service's role; the owner of these tables is another one.

create table public.event (
    position bigint primary key,                 -- given under the writer's lock: in order, without gaps
    stream text collate "C" not null,
    version int not null,
    event_id uuid not null unique,
    type text not null,
    schema_version smallint not null default 1,
    data jsonb not null,                         -- {"sealed": …} where it is personal
    client_id uuid,                              -- whose key seals it, and its subject on the bus
    actor text not null,
    correlation_id uuid not null,
    causation_id uuid,
    recorded_at timestamptz not null,
    unique (stream, version)
);

create function public.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'events are never changed';
end $$;
create trigger event_is_append_only before update or delete on public.event
    for each row execute function public.refuse_change();
create trigger event_is_never_emptied before truncate on public.event
    for each statement execute function public.refuse_change();

-- One event to append, as the writer hands it over.
create type public.new_event as (
    stream text, version int, event_id uuid, type text, data jsonb, client_id uuid,
    actor text, correlation_id uuid, causation_id uuid
);

-- What a batch has heard of a producer: the events after one position, up to another.
create type public.heard as (producer text, after bigint, upto bigint);

-- Take the writers' lock, and append unless somebody else has written since `expected` was the last position; gives the
-- last position then, and fails when the units must be decided again. A function, because its statements see what was
-- committed while it waited for the lock; a single statement would not. Checkpoints move in the same step, each from where
-- it was thought to be: two replicas never count the same event as heard.
create function public.append_events(expected bigint, events public.new_event[], at timestamptz,
                                     heard public.heard[] default '{}')
    returns bigint language plpgsql as $$
declare
    head bigint;
    moved int;
begin
    perform pg_advisory_xact_lock(7253);
    select coalesce(max(position), 0) into head from public.event;
    if head <> expected then
        raise exception 'another replica has written since' using errcode = 'serialization_failure';
    end if;
    insert into public.event (position, stream, version, event_id, type, data, client_id,
                              actor, correlation_id, causation_id, recorded_at)
    select head + n, stream, version, event_id, type, data, client_id, actor, correlation_id, causation_id, at
      from unnest(events) with ordinality
           as new (stream, version, event_id, type, data, client_id, actor, correlation_id, causation_id, n);
    if cardinality(heard) > 0 then
        update public.checkpoint set position = one.upto from unnest(heard) as one
         where checkpoint.producer = one.producer and checkpoint.position = one.after;
        get diagnostics moved = row_count;
        if moved <> cardinality(heard) then
            raise exception 'another replica has heard these' using errcode = 'serialization_failure';
        end if;
    end if;
    return head + cardinality(events);
end $$;

create table public.claim (
    resource text not null,                      -- therapist:<id>, room:<id>, client:<id>
    during tstzrange not null,
    holder uuid not null,
    exclude using gist (resource with =, during with &&)
);
create index claim_holder on public.claim (holder);

create table public.timer (
    kind text not null,
    key uuid not null,
    due_at timestamptz not null,
    primary key (kind, key)
);
create index timer_due on public.timer (due_at);

create table public.checkpoint (producer text primary key, position bigint not null);

create table public.parked (
    producer text not null,
    position bigint not null,
    client_id uuid,
    type text not null,
    error text not null,                         -- a code, never the text of an error
    headers jsonb not null,
    data jsonb not null,
    parked_at timestamptz not null,
    primary key (producer, position)
);

create table public.request (                    -- answered once, by Idempotency-Key; ids and a hash, no body
    key text primary key,
    hash bytea not null,
    ids jsonb not null,
    answered_at timestamptz not null default now()
);
create index request_age on public.request (answered_at);

create schema if not exists read;                -- read models: made again from the events at any time

grant select, insert on public.event to {role};
grant select, insert, update, delete on public.claim, public.timer, public.checkpoint, public.parked, public.request to {role};
grant usage on schema public, read to {role};
alter default privileges in schema read grant select, insert, update, delete on tables to {role};
alter default privileges in schema read grant usage on sequences to {role};
