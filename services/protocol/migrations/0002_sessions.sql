-- Which course counts a session, so that an amendment that names another takes it out of the first.

create table session_course (
    session_id uuid primary key,
    course_id uuid not null
);
create index session_course_course on session_course (course_id);
