-- A kept answer is sealed as a whole, under a key that is derived from the client's Idempotency-Key and kept nowhere.
-- No program has written to the table before this.

alter table idempotency_keys drop column status, drop column headers;
-- AES-256-GCM: 12 bytes of nonce, then ciphertext and tag; user, key and fingerprint are authenticated with it. They too
-- are derived from the client's key, which is kept nowhere.
alter table idempotency_keys alter column body set not null;
