-- One wrapped key per client; without its row nothing personal can be read. Kept out of the schema `read`:
-- it cannot be made again from the events, and it is backed up apart from them.
create table public.client_key (
    client_id uuid primary key,
    wrapped bytea not null,
    wrapping_key_id text not null
);

-- Wrapping keys that wrapped an erased client's key: to be destroyed by the next sweep.
create table public.condemned_key (
    wrapping_key_id text primary key
);

grant select, insert, update, delete on public.client_key, public.condemned_key to {role};
