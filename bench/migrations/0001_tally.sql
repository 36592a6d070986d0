-- The one read model of the measured aggregate.
create table tally (client_id uuid primary key, strokes int not null);
