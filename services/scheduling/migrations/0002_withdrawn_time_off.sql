-- Whose an absence was that was taken back: asked a second time, the answer is the first one's.

create table time_off_withdrawn (
    time_off_id uuid primary key,
    therapist_id uuid not null
);

insert into time_off_withdrawn (time_off_id, therapist_id)
select (data ->> 'time_off_id')::uuid, (data ->> 'therapist_id')::uuid from public.event where type = 'TimeOffWithdrawn'
    on conflict do nothing;
