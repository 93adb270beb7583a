-- People who come from a provider of identities (OpenID Connect), and sign-ins there that are under way.

-- Who somebody is at their provider: issuer and subject together, and nothing else. An e-mail address is no identity.
create table oidc_identities (
  issuer text not null constraint oidc_identities_issuer_length check (char_length(issuer) between 1 and 2000),
  subject text not null constraint oidc_identities_subject_length check (char_length(subject) between 1 and 255),
  -- Checked at commit: the identity is written before the account, so that of two first sights at the same moment the
  -- second waits here and makes no account.
  user_id uuid not null
    constraint oidc_identities_user_id_fkey references users (id) deferrable initially deferred,
  -- When the provider said what the account's roles are; what it said before that does not count any more.
  roles_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  constraint oidc_identities_pkey primary key (issuer, subject)
);
-- Which identities has this account? Asked by operators, and by the foreign key.
create index oidc_identities_user_id_idx on oidc_identities (user_id);

-- A sign-in from its start until the page has its tokens. Only hashes of random secrets are kept, each of 256 bits: what
-- else the flow needs is derived from the browser's secret, which only the browser has. So nobody gets in by this table.
create table oidc_flows (
  id uuid constraint oidc_flows_pkey primary key,
  state_hash bytea not null constraint oidc_flows_state_hash_key unique,
  browser_hash bytea not null,
  started_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  -- Once the provider has sent the browser back: a flow is answered once.
  answered_at timestamptz(3),
  -- Once it is known who: the page gives the code for a session, once.
  user_id uuid constraint oidc_flows_user_id_fkey references users (id) on delete cascade,
  handoff_hash bytea constraint oidc_flows_handoff_hash_key unique,
  handoff_expires_at timestamptz(3),
  constraint oidc_flows_handoff_whole check (
    (user_id is null) = (handoff_hash is null) and (user_id is null) = (handoff_expires_at is null)
  )
);
-- Which flows are over? Each start clears some away.
create index oidc_flows_expires_at_idx on oidc_flows (expires_at);
-- For the foreign key.
create index oidc_flows_user_id_idx on oidc_flows (user_id);

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, insert, update on oidc_identities to opsdesk_app;
    grant select, insert, update, delete on oidc_flows to opsdesk_app;
  end if;
end
$$;
