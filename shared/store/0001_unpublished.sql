-- Events of a log that are larger than the bus takes: an earlier version stored them. The relay goes on behind them.
create table public.unpublished (
    position bigint primary key,
    type text not null,
    bytes int not null,
    since timestamptz not null
);
grant select, insert, delete on public.unpublished to {role};
