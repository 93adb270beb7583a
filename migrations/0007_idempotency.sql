-- A kept answer is sealed as a whole, under a key that is derived from the client's Idempotency-Key and kept nowhere.
-- What is left to find it by, and to tell another request under the same key, is derived from that key too. No program
-- has written to the table before this.

alter table idempotency_keys drop column status, drop column headers;
alter table idempotency_keys alter column body set not null;
comment on column idempotency_keys.key is 'derived from the key that the client sent, which is not kept';
comment on column idempotency_keys.body is
  'AES-256-GCM: 12 bytes of nonce, then ciphertext and tag; user, key and fingerprint are authenticated with it';
