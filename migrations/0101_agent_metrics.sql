-- What samples are of: a host (its agent's id) or a container. Samples refer to it by a short number.
CREATE TABLE agent_subjects (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  agent_id uuid NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
  -- null: its host
  container_id uuid REFERENCES containers (id) ON DELETE CASCADE,
  -- the one or the other
  subject_id uuid NOT NULL UNIQUE
);
CREATE INDEX agent_subjects_by_agent ON agent_subjects (agent_id);
CREATE INDEX agent_subjects_by_container ON agent_subjects (container_id);

-- All gauges of a subject at a time. Columns that a subject does not have are null, which costs nothing.
-- Hourly partitions, without a default one: a sample whose hour is not kept any more is not stored.
CREATE TABLE agent_samples (
  at timestamptz NOT NULL,
  subject integer NOT NULL,
  cpu real,
  memory real,
  memory_total real,
  memory_limit real,
  swap real,
  load1 real,
  disk real,
  disk_total real,
  rx real,
  tx real,
  read real,
  write real,
  pids real,
  PRIMARY KEY (subject, at)
) PARTITION BY RANGE (at);

-- Sums by minute and by ten minutes, computed as a whole, so doing it again changes nothing. Daily partitions.
CREATE TABLE agent_minutes (
  at timestamptz NOT NULL,
  subject integer NOT NULL,
  PRIMARY KEY (subject, at)
) PARTITION BY RANGE (at);
-- of each gauge; in the order of their sizes, because of alignment
DO $$
DECLARE
  gauges text[] := ARRAY['cpu', 'memory', 'memory_total', 'memory_limit', 'swap', 'load1', 'disk', 'disk_total', 'rx', 'tx',
    'read', 'write', 'pids'];
  gauge text;
BEGIN
  FOREACH gauge IN ARRAY gauges LOOP
    EXECUTE format('ALTER TABLE agent_minutes ADD COLUMN %I double precision', gauge || '_sum');
  END LOOP;
  FOREACH gauge IN ARRAY gauges LOOP
    EXECUTE format('ALTER TABLE agent_minutes ADD COLUMN %I real, ADD COLUMN %I real', gauge || '_min', gauge || '_max');
  END LOOP;
  FOREACH gauge IN ARRAY gauges LOOP
    EXECUTE format('ALTER TABLE agent_minutes ADD COLUMN %I smallint', gauge || '_count');
  END LOOP;
END $$;
CREATE TABLE agent_ten_minutes (LIKE agent_minutes INCLUDING ALL) PARTITION BY RANGE (at);

-- Samples before `closed_until` are late. Everything before `done_until` has been summed up, but for late samples.
CREATE TABLE agent_rollups (
  grain text PRIMARY KEY,
  closed_until timestamptz NOT NULL,
  done_until timestamptz NOT NULL
);
INSERT INTO agent_rollups
  SELECT grain, at, at FROM unnest(ARRAY['minute', 'ten_minutes']) AS grain, date_trunc('hour', now(), 'UTC') AS at;
-- Ten minutes of an agent that late samples belong to: they are summed up again. The same ones may stand here several times.
CREATE TABLE agent_late_samples (
  agent_id uuid NOT NULL,
  at timestamptz NOT NULL
);
