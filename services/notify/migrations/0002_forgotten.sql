-- Clients who were erased: of them no message is shown, and no note to a therapist.
create table forgotten (client_id uuid primary key);
insert into forgotten select distinct client_id from public.event where type = 'ClientForgotten';
