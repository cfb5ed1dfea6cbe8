-- Counts the changes of a tenant's alerts and of what decides about them. A change locks the row, so versions become
-- visible in their order, and a process knows by one read whether it has seen everything.
CREATE TABLE alert_heads (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  -- of alerts
  version bigint NOT NULL DEFAULT 0,
  -- of silences and maintenance windows
  mute_version bigint NOT NULL DEFAULT 0,
  -- of routes, inhibition rules and receivers
  routing_version bigint NOT NULL DEFAULT 0
);

-- One row per occurrence: from when an alert fires until it is resolved. Its tenant is one of `alert_heads`; a reference
-- checked for every row would cost a third of accepting it.
CREATE TABLE alerts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  -- of its creation and its latest change; repeats change neither
  created_version bigint NOT NULL,
  version bigint NOT NULL,
  fingerprint text NOT NULL,
  source text NOT NULL,
  -- JSON texts: they are only written and read whole
  labels text NOT NULL,
  annotations text NOT NULL,
  links text NOT NULL DEFAULT '{}',
  generator_url text,
  starts_at timestamptz NOT NULL,
  -- resolved then unless it is repeated; in no index, so that repeats can be heap-only updates
  ends_at timestamptz,
  -- whether the sender gave the end, rather than the resolve timeout
  has_given_end boolean NOT NULL DEFAULT false,
  resolved_at timestamptz,
  resolved_by text
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX alerts_open ON alerts (tenant_id, fingerprint) WHERE resolved_at IS NULL;
CREATE INDEX alerts_changed ON alerts (tenant_id, version);
-- Of what is open, only the three indexes above are written.
CREATE INDEX alerts_occurrences ON alerts (tenant_id, fingerprint, id) WHERE resolved_at IS NOT NULL;
CREATE INDEX alerts_resolved ON alerts (tenant_id, id) WHERE resolved_at IS NOT NULL;
CREATE INDEX alerts_expired ON alerts (resolved_at) WHERE resolved_at IS NOT NULL;

-- What a tenant has set for the conditions that the platform watches itself.
CREATE TABLE alert_rules (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  enabled boolean,
  severity text,
  threshold integer,
  window_seconds integer,
  PRIMARY KEY (tenant_id, name)
);
