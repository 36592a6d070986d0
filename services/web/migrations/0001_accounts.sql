create table account (
    account_id uuid primary key,
    login text not null unique,
    role text not null,
    name text not null,
    therapist_id uuid,
    status text not null,
    password_hash text
);

-- Open sign-ins. Not made from events: a rebuild signs everybody out, which harms nobody.
create table sign_in (
    token_hash bytea primary key,                -- SHA-256; the token itself is only in the browser
    account_id uuid not null,
    started_at timestamptz not null,
    seen_at timestamptz not null
);
create index sign_in_account on sign_in (account_id);
create index sign_in_seen on sign_in (seen_at);
