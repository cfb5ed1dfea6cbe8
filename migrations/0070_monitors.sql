-- Which process checks which monitors.
CREATE TABLE monitor_shards (
  shard smallint PRIMARY KEY,
  owner text,
  owned_until timestamptz
);
INSERT INTO monitor_shards (shard) SELECT generate_series(0, 63);
-- Changes with the monitors of a shard, in the same commit. Apart from the owners, so that renewing ownership and changing
-- monitors never wait for each other.
CREATE TABLE monitor_shard_versions (
  shard smallint PRIMARY KEY,
  version bigint NOT NULL DEFAULT 0
);
INSERT INTO monitor_shard_versions (shard) SELECT generate_series(0, 63);
-- The processes that share the shards.
CREATE TABLE monitor_checkers (
  id text PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE monitors (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  shard smallint NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  -- null: it waits for heartbeats
  target text,
  interval_seconds integer NOT NULL,
  timeout_ms integer NOT NULL,
  retries smallint NOT NULL,
  retry_interval_seconds integer NOT NULL,
  confirm_up smallint NOT NULL,
  settings jsonb NOT NULL,
  -- encrypted; null: it has none
  secrets text,
  secret_names text[] NOT NULL DEFAULT '{}',
  labels jsonb NOT NULL,
  enabled boolean NOT NULL,
  -- SHA-256 of the secret in the address for heartbeats
  push_hash text UNIQUE,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX monitors_by_name ON monitors (tenant_id, name, id);
CREATE INDEX monitors_by_shard ON monitors (shard);

-- What changes with each check, apart from the rest so that updates stay small.
CREATE TABLE monitor_states (
  monitor_id uuid PRIMARY KEY REFERENCES monitors (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  status_since timestamptz NOT NULL DEFAULT now(),
  -- checks in a row that failed
  failures integer NOT NULL DEFAULT 0,
  -- the latest time that was due and has been checked: a result for an earlier one is not stored again
  due_at timestamptz,
  checked_at timestamptz,
  latency_ms real,
  status_code smallint,
  error_code text,
  error_message text,
  tls_expires_at timestamptz,
  -- the whole check as JSON, with details and a failed answer
  last_check text,
  -- the latest checks, oldest first
  recent text NOT NULL DEFAULT '',
  -- the last row in monitor_changes
  history_state text NOT NULL DEFAULT 'pending',
  -- of push monitors: when a run began that has not ended
  started_at timestamptz
) WITH (fillfactor = 50);

-- Daily partitions make retention a DROP TABLE.
CREATE TABLE monitor_checks (
  monitor_id uuid NOT NULL,
  checked_at timestamptz NOT NULL,
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  -- 0 up, 1 down, 2 unknown
  status smallint NOT NULL,
  latency_ms real,
  -- dns, connect, tls, first byte, transfer
  phases_ms real[] NOT NULL,
  status_code smallint,
  attempts smallint NOT NULL,
  made_by text NOT NULL,
  -- JSON of those that failed: error, warnings, details, answer
  failure text,
  -- in monitor_certificates
  certificate bytea,
  PRIMARY KEY (monitor_id, checked_at, id)
) PARTITION BY RANGE (checked_at);
CREATE TABLE monitor_checks_rest PARTITION OF monitor_checks DEFAULT;

-- Certificates that checks have seen: stored once, because they seldom change.
CREATE TABLE monitor_certificates (
  monitor_id uuid NOT NULL REFERENCES monitors (id) ON DELETE CASCADE,
  hash bytea NOT NULL,
  facts text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (monitor_id, hash)
);

-- Each row holds until the next one of its monitor.
CREATE TABLE monitor_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  monitor_id uuid NOT NULL REFERENCES monitors (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  at timestamptz NOT NULL,
  -- up, down, pending, paused, maintenance, unknown
  state text NOT NULL,
  -- of `down`
  error text
);
CREATE INDEX monitor_changes_by_time ON monitor_changes (monitor_id, at, id);

-- Sums of checks by hour and by day (UTC): recomputed as a whole, so doing it again changes nothing.
CREATE TABLE monitor_hours (
  monitor_id uuid NOT NULL REFERENCES monitors (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  checks integer NOT NULL,
  failures integer NOT NULL,
  -- successful checks by latency: bounds in src/monitors/history/histogram.ts
  histogram integer[] NOT NULL,
  phase_sums real[] NOT NULL,
  phase_counts integer[] NOT NULL,
  PRIMARY KEY (monitor_id, at)
);
CREATE TABLE monitor_days (LIKE monitor_hours INCLUDING ALL);
ALTER TABLE monitor_days
  ADD FOREIGN KEY (monitor_id) REFERENCES monitors (id) ON DELETE CASCADE,
  -- ms in each state, by its name
  ADD COLUMN states jsonb NOT NULL DEFAULT '{}';
-- Up to when hours and days have been summed up.
CREATE TABLE monitor_rollups (
  grain text PRIMARY KEY,
  done_until timestamptz NOT NULL
);
INSERT INTO monitor_rollups VALUES ('hour', date_trunc('hour', now(), 'UTC')), ('day', date_trunc('day', now(), 'UTC'));
