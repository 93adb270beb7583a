-- What the programs share but nobody may read: sealed under OPSDESK_SECRET.

create table sealed_keys (
  id uuid constraint sealed_keys_pkey primary key,
  purpose text not null constraint sealed_keys_purpose_known check (purpose in ('access-token', 'cursor', 'audit')),
  -- The public half of a pair (JWK, RFC 7517); null for a shared secret.
  public_key jsonb,
  -- AES-256-GCM: 12 bytes of nonce, then ciphertext and tag; the id and purpose are authenticated with it.
  sealed bytea not null,
  created_at timestamptz(3) not null,
  retired_at timestamptz(3)
);
create index sealed_keys_purpose_idx on sealed_keys (purpose, created_at);

-- First answers to requests that carried an Idempotency-Key, to be given again.
create table idempotency_keys (
  user_id uuid not null constraint idempotency_keys_user_id_fkey references users (id) on delete cascade,
  key text not null,
  fingerprint bytea not null,
  status integer,
  headers jsonb,
  body bytea,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  constraint idempotency_keys_pkey primary key (user_id, key)
);
create index idempotency_keys_expires_at_idx on idempotency_keys (expires_at);

-- What the seed has made once and must not make again.
create table seeds (
  name text constraint seeds_pkey primary key,
  at timestamptz(3) not null
);
