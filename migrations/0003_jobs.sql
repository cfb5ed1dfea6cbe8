-- The history of every job. Columns that hold JSON are text: no query looks inside, and JSON text may hold \u0000.
CREATE TABLE jobs (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  queue text NOT NULL,
  status text NOT NULL CHECK (status IN ('scheduled', 'pending', 'running', 'completed', 'failed', 'cancelled')),
  -- the attempt that is running or was last; 0 before the first
  attempt integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL,
  priority integer NOT NULL,
  -- not to be started before
  run_at timestamptz,
  input text NOT NULL,
  result text,
  error text,
  progress text,
  steps text,
  parent_id uuid,
  root_id uuid NOT NULL,
  -- what a final failure does to the parent
  on_failure text,
  dedupe_key text,
  created_by text NOT NULL,
  reason text,
  worker text,
  -- {reason, by, at} once somebody asked for it
  cancel text,
  -- the handler has returned, open children keep the job running
  awaits_children boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id)
-- Room on each page lets the start of a job be a heap-only update: it touches no indexed column.
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

-- What the reconciler walks through.
CREATE INDEX jobs_open ON jobs (id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX jobs_dedupe ON jobs (tenant_id, kind, dedupe_key) WHERE dedupe_key IS NOT NULL AND ended_at IS NULL;
CREATE INDEX jobs_children ON jobs (tenant_id, parent_id, id) WHERE parent_id IS NOT NULL;
-- Failures are few: this finds them among millions of good jobs.
CREATE INDEX jobs_failures ON jobs (tenant_id, id) WHERE error IS NOT NULL;

-- Attempts before the last one; the last one is in the job's own row.
CREATE TABLE job_attempts (
  tenant_id uuid NOT NULL,
  job_id uuid NOT NULL,
  attempt integer NOT NULL,
  outcome text NOT NULL,
  worker text,
  error text,
  steps text,
  started_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, job_id, attempt)
);

-- Idempotency-Key of requests and fire times of schedules, for 24 hours.
CREATE TABLE job_keys (
  tenant_id uuid NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  job_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX job_keys_age ON job_keys (created_at);
