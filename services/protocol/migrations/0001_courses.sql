-- Courses by client, with what tells how they are kept; the course itself is folded from its events.

create table course (
    course_id uuid primary key,
    client_id uuid not null,
    protocol text not null,
    closed boolean not null default false,
    opened_at timestamptz not null,
    sessions_before int not null default 0,
    phase text not null default 'series',
    break_until date
);
create index course_client on course (client_id);

-- Agreed absences; `last_day` is open when absent.
create table course_pause (
    course_id uuid not null,
    first_day date not null,
    last_day date,
    primary key (course_id, first_day)
);

-- Weeks with too few sessions, and long gaps, as they stand.
create table slip (
    course_id uuid not null,
    week_from date not null,
    primary key (course_id, week_from)
);
create table lapse (
    course_id uuid not null,
    since date not null,
    primary key (course_id, since)
);

-- Deviations as they stand; `mark` is the session, the appointment or the day, and the region.
create table deviation (
    course_id uuid not null,
    rule text not null,
    mark text not null,
    session_id uuid,
    primary key (course_id, rule, mark)
);
create index deviation_session on deviation (session_id);

-- Weeks of exercise that are over; `met` is absent where the week is left out.
create table exercise_week (
    course_id uuid not null,
    week_from date not null,
    met boolean,
    primary key (course_id, week_from)
);
