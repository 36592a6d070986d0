-- Which course counts a session, so that an amendment that names another takes it out of the first; pain before it.

create table session_course (
    session_id uuid primary key,
    course_id uuid not null,
    started_at timestamptz not null,
    pain_before int not null
);
create index session_course_course on session_course (course_id, started_at);
