-- Read models of scheduling: staff and rooms, when they are away, and every appointment. No client's name is here.

create table therapist (
    therapist_id uuid primary key,
    name text not null,
    email text,
    hours jsonb not null default '[]',
    rooms uuid[] not null default '{}',           -- empty: any room
    buffer_minutes int not null default 0,        -- after each visit
    buffer_before_minutes int not null default 0,
    active boolean not null default true
);

create table therapist_day (                      -- other hours on a day, in place of the weekly ones
    therapist_id uuid not null,
    day date not null,
    times jsonb not null,
    primary key (therapist_id, day)
);

create table room (
    room_id uuid primary key,
    name text not null,
    equipment text[] not null default '{}',       -- slugs
    active boolean not null default true
);

create table time_off (
    time_off_id uuid primary key,
    therapist_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    reason text not null
);
create index time_off_of on time_off (therapist_id, ends_at);

create table closure (
    closure_id uuid primary key,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    reason text not null
);

create table holiday (                            -- public holidays that are other than the settings say
    day date primary key,
    open boolean not null
);

create table feed_key (                           -- who may read a calendar feed; the key itself is nowhere
    owner_id uuid primary key,
    kind text not null,
    key_hash text not null,                       -- SHA-256, hex
    made_at timestamptz not null
);

create table held_time (                          -- times kept while a client decides on the telephone
    hold_id uuid not null,
    therapist_id uuid not null,
    room_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    buffer_minutes int not null,
    buffer_before_minutes int not null
);
create index held_time_of on held_time (hold_id);

create table waiting (                            -- who waits for a time to become free, in the order they joined
    waitlist_id uuid primary key,
    client_id uuid not null,
    course_id uuid,
    wanted jsonb not null,
    joined_at timestamptz not null,
    joined bigint not null,                       -- position of the event
    offer jsonb,                                  -- the offer that runs
    offer_ended bigint not null default 0         -- position of the event that ended the last one
);

create table freed_time (                         -- every time that became free
    freed_by bigint not null,                     -- position of the event
    therapist_id uuid,                            -- empty: everybody
    starts_at timestamptz not null,
    ends_at timestamptz not null
);
create index freed_time_until on freed_time (ends_at);

create table rolling (                            -- courses whose weekly visits are kept booked ahead
    course_id uuid primary key,
    client_id uuid not null,
    rhythm jsonb not null,
    due boolean not null default true             -- the weeks ahead are to be looked at
);

create table stepped_over (                       -- days of a rhythm about which the desk has to decide
    course_id uuid not null,
    client_id uuid not null,
    day date not null,
    starts_at timestamptz not null,
    rule text not null,
    detail text not null,
    alternatives jsonb not null,
    primary key (course_id, day)
);

create table appointment (
    appointment_id uuid primary key,
    client_id uuid not null,
    course_id uuid,
    therapist_id uuid not null,
    room_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    buffer_minutes int not null,
    buffer_before_minutes int not null,
    status text not null,
    revision int not null default 0,
    sequence int not null default 0,              -- for calendars: every change, not only moves
    changed_at timestamptz not null,
    session_id uuid,
    late boolean not null default false,          -- called off by the client at short notice
    uses_session boolean not null default false   -- missed or called off late, and the practice's setting counts that
);
create index appointment_time on appointment (starts_at, appointment_id);
create index appointment_end on appointment (ends_at);
create index appointment_of_client on appointment (client_id, starts_at);
create index appointment_of_therapist on appointment (therapist_id, starts_at);
create index appointment_of_course on appointment (course_id, starts_at);

create table handed_over (                        -- visits that another therapist has now, for calendars
    appointment_id uuid not null,
    client_id uuid not null,
    therapist_id uuid not null,                   -- who had it
    room_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    sequence int not null,
    changed_at timestamptz not null,
    primary key (appointment_id, therapist_id)
);
create index handed_over_of on handed_over (therapist_id, ends_at);

create table course (                             -- what ordinals start from
    course_id uuid primary key,
    client_id uuid not null,
    sessions_before int not null
);
create table noted_session (                      -- sessions that had no appointment
    session_id uuid primary key,
    client_id uuid not null,
    course_id uuid,
    started_at timestamptz not null
);
create index noted_session_of on noted_session (course_id);
