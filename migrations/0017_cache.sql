-- Whether what the instances of a desk keep together can be relied upon. It stands here, and not where things are kept,
-- so that who cannot reach that place can still tell all others.

create table cache_generation (
  one boolean constraint cache_generation_pkey primary key default true constraint cache_generation_one_row check (one),
  -- With the database's own number it tells this desk from any other that keeps its things in the same place.
  desk uuid not null default gen_random_uuid(),
  -- Things are kept under this number. It moves when something could not be dropped.
  wanted bigint not null default 0,
  -- While this is less, nobody looks at what is kept.
  acknowledged bigint not null default 0,
  -- On this server's clock: how long the others have had to notice.
  wanted_at timestamptz not null default '2000-01-01T00:00:00Z',
  constraint cache_generation_in_order check (acknowledged <= wanted)
);
insert into cache_generation default values;

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, update on cache_generation to opsdesk_app;
  end if;
end
$$;
