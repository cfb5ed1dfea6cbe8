-- Who paused a queue, when and why. Redis forgets it with FLUSHALL; this row does not.
CREATE TABLE job_queues (
  name text PRIMARY KEY,
  paused boolean NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE job_schedules (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  input text NOT NULL,
  -- one of the two
  every_ms bigint CHECK (every_ms >= 1000),
  cron text,
  timezone text,
  created_by text NOT NULL,
  last_at timestamptz,
  last_job_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name),
  CHECK ((every_ms IS NULL) <> (cron IS NULL))
);

-- Work that one process of all does at a time.
CREATE TABLE job_leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  until timestamptz NOT NULL,
  -- where the holder is; the next one goes on from there
  state text
);

-- Durations of the last hours: counts per bucket, per process so that processes do not wait for each other.
CREATE TABLE job_timings (
  queue text NOT NULL,
  minute timestamptz NOT NULL,
  process text NOT NULL,
  wait integer[] NOT NULL,
  run integer[] NOT NULL,
  PRIMARY KEY (queue, minute, process)
);
