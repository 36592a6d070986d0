-- Courses by client; the course itself is folded from its events.

create table course (
    course_id uuid primary key,
    client_id uuid not null,
    protocol text not null,
    closed boolean not null default false,
    opened_at timestamptz not null
);
create index course_client on course (client_id);
