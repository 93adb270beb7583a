-- Tokens that people give to their machines.

-- Only the SHA-256 of a token is kept: it has 256 random bits, so there is nothing to guess. Revoking deletes the row;
-- that it was there stays in the audit.
create table api_tokens (
  id uuid constraint api_tokens_pkey primary key,
  user_id uuid not null constraint api_tokens_user_id_fkey references users (id) on delete cascade,
  name text not null constraint api_tokens_name_length check (char_length(name) between 1 and 100),
  -- How the token begins, for its owner to know it by; no part of the secret.
  prefix text not null,
  -- Every request with a token asks for it.
  token_hash bytea not null constraint api_tokens_token_hash_key unique,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  -- To the minute: not every request is worth a write.
  last_used_at timestamptz(3)
);
-- Somebody's own, the newest first.
create index api_tokens_user_id_idx on api_tokens (user_id, id desc);

-- What a token may do at most; what its owner holds at that moment limits it further.
create table api_token_scopes (
  token_id uuid not null constraint api_token_scopes_token_id_fkey references api_tokens (id) on delete cascade,
  permission text not null constraint api_token_scopes_permission_fkey references permissions (name),
  scope text not null constraint api_token_scopes_scope_known check (scope in ('own', 'team', 'any')),
  constraint api_token_scopes_pkey primary key (token_id, permission, scope)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, insert, update, delete on api_tokens to opsdesk_app;
    grant select, insert, delete on api_token_scopes to opsdesk_app;
  end if;
end
$$;
