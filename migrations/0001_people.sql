-- People, what they may do, and where they work.
-- Every constraint has a name of its own, as programs tell by that name which rule a write has broken.

create table users (
  id uuid constraint users_pkey primary key,
  -- Kept as the person writes it; compared without regard to case by the index below.
  email text not null constraint users_email_length check (char_length(email) between 3 and 320),
  name text not null constraint users_name_length check (char_length(name) between 1 and 200),
  -- People are never deleted: tickets, messages and the audit go on naming them. They are deactivated.
  active boolean not null default true,
  -- PHC string (argon2id); null for somebody who cannot sign in with a password.
  password_hash text,
  version integer not null default 1,
  -- Milliseconds, as that is what JSON and cursors carry: a cursor must compare equal to the row it came from.
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
create unique index users_email_key on users (lower(email));
-- The order of the list.
create index users_name_idx on users (name, id);

create table permissions (
  name text constraint permissions_pkey primary key,
  description text not null
);

create table roles (
  id uuid constraint roles_pkey primary key,
  name text not null constraint roles_name_key unique,
  -- Built-in roles are made by the seed on every desk.
  built_in boolean not null default false,
  version integer not null default 1,
  created_at timestamptz(3) not null
);

create table role_permissions (
  role_id uuid not null constraint role_permissions_role_id_fkey references roles (id) on delete cascade,
  permission text not null constraint role_permissions_permission_fkey references permissions (name),
  scope text not null constraint role_permissions_scope_known check (scope in ('own', 'team', 'any')),
  constraint role_permissions_pkey primary key (role_id, permission, scope)
);

create table user_roles (
  user_id uuid not null constraint user_roles_user_id_fkey references users (id) on delete cascade,
  role_id uuid not null constraint user_roles_role_id_fkey references roles (id) on delete restrict,
  constraint user_roles_pkey primary key (user_id, role_id)
);
-- Who has this role? Asked when a role changes.
create index user_roles_role_id_idx on user_roles (role_id);

create table teams (
  id uuid constraint teams_pkey primary key,
  name text not null constraint teams_name_length check (char_length(name) between 1 and 100),
  created_at timestamptz(3) not null
);
create unique index teams_name_key on teams (lower(name));

create table team_members (
  team_id uuid not null constraint team_members_team_id_fkey references teams (id) on delete cascade,
  user_id uuid not null constraint team_members_user_id_fkey references users (id) on delete cascade,
  constraint team_members_pkey primary key (team_id, user_id)
);
-- Every request asks for the teams of its actor.
create index team_members_user_id_idx on team_members (user_id, team_id);

-- A sign-in starts a family of refresh tokens; each is used once and replaced. Only the SHA-256 of a token is kept: it
-- has 256 random bits, so there is nothing to guess and a slow hash would protect nothing more.
create table refresh_tokens (
  id uuid constraint refresh_tokens_pkey primary key,
  family_id uuid not null,
  parent_id uuid constraint refresh_tokens_parent_id_fkey references refresh_tokens (id),
  user_id uuid not null constraint refresh_tokens_user_id_fkey references users (id) on delete cascade,
  token_hash bytea not null constraint refresh_tokens_token_hash_key unique,
  issued_at timestamptz(3) not null,
  idle_expires_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  spent_at timestamptz(3),
  revoked_at timestamptz(3)
);
create index refresh_tokens_family_id_idx on refresh_tokens (family_id);
create index refresh_tokens_user_id_idx on refresh_tokens (user_id);
