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
  -- The pack in osquery's own form: queries, discovery, shard, version. Not jsonb: queries keep their order.
  content json NOT NULL,
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
  -- Not jsonb: kept as delivered, and cheaper to take.
  columns json NOT NULL,
  decorations json,
  -- The agent's line was longer than what is taken of one.
  truncated boolean NOT NULL DEFAULT false
);
CREATE INDEX scheduled_results_by_host ON scheduled_results (tenant_id, host_id, id);
CREATE INDEX scheduled_results_by_name ON scheduled_results (tenant_id, host_id, name, id);
CREATE INDEX scheduled_results_received ON scheduled_results (received_at);

-- Marks of the lines that were taken from an agent, the latest batch first, in base64 with spaces between batches. A
-- delivery that comes again begins with the lines of the latest; one that was held up on its way is among the others.
CREATE TABLE log_batches (
  host_id uuid NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  log_type text NOT NULL,
  marks text NOT NULL DEFAULT '',
  PRIMARY KEY (host_id, log_type)
);
