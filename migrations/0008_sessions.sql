-- A sign-in opens a session; its id is `sid` in access tokens and the family of its refresh tokens. When it ends, all of
-- them end with it.
create table sessions (
  id uuid constraint sessions_pkey primary key,
  user_id uuid not null constraint sessions_user_id_fkey references users (id) on delete cascade,
  started_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  ended_at timestamptz(3),
  ended_because text constraint sessions_ended_because_known check (
    ended_because in ('signed-out', 'token-reused', 'password-changed', 'deactivated')
  ),
  constraint sessions_ended_with_reason check ((ended_at is null) = (ended_because is null))
);
create index sessions_user_id_idx on sessions (user_id);
create index sessions_expires_at_idx on sessions (expires_at);

insert into sessions (id, user_id, started_at, expires_at, ended_at, ended_because)
select family_id, user_id, min(issued_at), max(expires_at), max(revoked_at),
  case when max(revoked_at) is not null then 'signed-out' end
from refresh_tokens
group by family_id, user_id;

alter table refresh_tokens
  drop column revoked_at,
  -- SHA-256 of the Idempotency-Key that the token was spent with: whoever repeats it gets the same successor.
  add column spent_with bytea,
  add constraint refresh_tokens_family_id_fkey foreign key (family_id) references sessions (id) on delete cascade,
  drop constraint refresh_tokens_parent_id_fkey,
  add constraint refresh_tokens_parent_id_fkey foreign key (parent_id) references refresh_tokens (id) on delete cascade;
-- A token is spent for one successor only.
create unique index refresh_tokens_parent_id_idx on refresh_tokens (parent_id);

-- Moves with every change to what somebody may do. Programs keep what they have read for as long as it stands still.
create table access_epoch (
  one boolean constraint access_epoch_pkey primary key default true constraint access_epoch_one_row check (one),
  epoch bigint not null default 0
);
insert into access_epoch default values;

alter table sealed_keys
  drop constraint sealed_keys_purpose_known,
  add constraint sealed_keys_purpose_known check (purpose in ('access-token', 'cursor', 'audit', 'refresh-token'));

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, insert, update, delete on sessions to opsdesk_app;
    grant select, update on access_epoch to opsdesk_app;
  end if;
end
$$;
