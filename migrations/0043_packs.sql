-- What agents run by schedule, what they have logged of it, and what marks a delivery that comes twice.
CREATE TABLE packs (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  enabled boolean NOT NULL DEFAULT true,
  platforms text[] NOT NULL DEFAULT '{}',
  -- Names of labels; empty: all hosts.
  labels text[] NOT NULL DEFAULT '{}',
  -- The pack in osquery's own form: queries, discovery, shard, version.
  content jsonb NOT NULL,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);

CREATE TABLE scheduled_results (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  name text NOT NULL,
  action text NOT NULL,
  -- By the agent's clock.
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  epoch bigint NOT NULL DEFAULT 0,
  counter bigint NOT NULL DEFAULT 0,
  columns jsonb NOT NULL,
  decorations jsonb
);
CREATE INDEX scheduled_results_by_host ON scheduled_results (tenant_id, host_id, id);
CREATE INDEX scheduled_results_received ON scheduled_results (received_at);

-- The latest batch of lines that was taken from an agent: one that it sends again begins with the same lines.
CREATE TABLE log_batches (
  host_id uuid NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  log_type text NOT NULL,
  digests bytea NOT NULL,
  PRIMARY KEY (host_id, log_type)
);
