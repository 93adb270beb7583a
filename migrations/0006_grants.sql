-- Programs need not own the tables. `opsdesk_app` is the group their database user should be in: it reads and writes,
-- but cannot change the record of what happened, nor the schema. The embedded desk's programs sign in as it; in a
-- deployment `db:migrate` runs as the owner and the programs as a member of this role.
-- Roles belong to the whole cluster: it may be there already, be made by a migration of another database at this moment,
-- or be more than the migrating user may make. Then only the triggers of 0004 guard the record.
do $$
begin
  if not exists (select from pg_roles where rolname = 'opsdesk_app') then
    create role opsdesk_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then raise notice 'opsdesk_app is not there and may not be made by %', current_user;
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant usage on schema public to opsdesk_app;
    grant select on schema_migrations to opsdesk_app;
    grant select, insert, update on
      users, roles, permissions, teams, tickets, messages, sealed_keys, seeds
    to opsdesk_app;
    grant select, insert, update, delete on
      role_permissions, user_roles, team_members, refresh_tokens, outbox, idempotency_keys
    to opsdesk_app;
    grant select, insert on ticket_status_history, audit_log, events to opsdesk_app;
    grant usage on all sequences in schema public to opsdesk_app;
  end if;
end
$$;
