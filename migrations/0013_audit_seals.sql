-- The audit under seal: what is in `audit_log` cannot be changed afterwards without that being seen, whoever changes it.
-- How a seal is computed, and what it proves, is in docs/audit.md.

-- Rows of the audit that are not sealed yet. A row gets here with its audit row and goes with its seal, each in one
-- transaction: at any moment every row that can be seen either waits or is sealed, in whatever order transactions commit.
create table audit_unsealed (
  -- As in `audit_log`; the sealer takes the lowest first.
  seq bigint constraint audit_unsealed_pkey primary key,
  audit_id uuid not null constraint audit_unsealed_audit_id_key unique
);

create function audit_waits() returns trigger language plpgsql as $$
begin
  insert into audit_unsealed (seq, audit_id) select seq, id from added;
  return null;
end
$$;
-- Not `enable always`: rows that are replicated or restored bring what waits along.
create trigger audit_log_waits after insert on audit_log
  referencing new table as added for each statement execute function audit_waits();

-- What was recorded before there were seals is sealed by the first batches.
insert into audit_unsealed (seq, audit_id) select seq, id from audit_log;

-- One for each sealed row, in the order of sealing. No foreign key to `audit_log`: a seal outlives a row that somebody
-- removes, and tells which one it was.
create table audit_seals (
  -- 1, 2, 3 and so on, without gaps: unlike `seq`, which is drawn before the commit.
  position bigint constraint audit_seals_pkey primary key constraint audit_seals_position_positive check (position > 0),
  -- Sealed once. Also how the list of audit events finds a row's hash.
  audit_id uuid not null constraint audit_seals_audit_id_key unique,
  -- What the row is about, as `ticket:<id>`: the rows of one thing are a chain.
  chain text not null,
  -- The hash before it in its chain; 32 zero bytes for the first.
  previous bytea not null constraint audit_seals_previous_length check (octet_length(previous) = 32),
  hash bytea not null constraint audit_seals_hash_length check (octet_length(hash) = 32)
);
-- Where a chain ends, for the next batch.
create index audit_seals_chain_idx on audit_seals (chain, position);

-- Seals are signed by the batch, and each batch names the one before it.
create table audit_batches (
  number bigint constraint audit_batches_pkey primary key constraint audit_batches_number_positive check (number > 0),
  first_position bigint not null constraint audit_batches_first_position_key unique,
  last_position bigint not null constraint audit_batches_last_position_key unique,
  -- The hash of the batch before; 32 zero bytes for the first. Unique, so that no two batches can follow the same one.
  previous bytea not null constraint audit_batches_previous_key unique
    constraint audit_batches_previous_length check (octet_length(previous) = 32),
  -- The root of the Merkle tree (RFC 6962) over the hashes of its rows.
  root bytea not null constraint audit_batches_root_length check (octet_length(root) = 32),
  -- Who signed: a key of the desk's own, whose public half `opsdesk audit key` shows.
  key_id uuid not null,
  sealed_at timestamptz(3) not null,
  signature bytea not null constraint audit_batches_signature_length check (octet_length(signature) = 64),
  constraint audit_batches_not_empty check (last_position >= first_position)
);

-- As in 0004: append-only, whoever asks.
create trigger audit_seals_append_only before update or delete on audit_seals
  for each row execute function refuse_change();
create trigger audit_seals_no_truncate before truncate on audit_seals
  for each statement execute function refuse_change();
create trigger audit_batches_append_only before update or delete on audit_batches
  for each row execute function refuse_change();
create trigger audit_batches_no_truncate before truncate on audit_batches
  for each statement execute function refuse_change();
alter table audit_seals enable always trigger audit_seals_append_only;
alter table audit_seals enable always trigger audit_seals_no_truncate;
alter table audit_batches enable always trigger audit_batches_append_only;
alter table audit_batches enable always trigger audit_batches_no_truncate;

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, insert on audit_seals, audit_batches to opsdesk_app;
    grant select, insert, delete on audit_unsealed to opsdesk_app;
  end if;
end
$$;
