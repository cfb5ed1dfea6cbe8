CREATE TABLE monitor_rules (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  type text NOT NULL,
  -- {ids?, labels?, all?}
  monitors jsonb NOT NULL,
  threshold double precision NOT NULL,
  window_seconds integer,
  percentile real,
  severity text NOT NULL,
  enabled boolean NOT NULL,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);
-- Tenants that have been given the default rule, so that it can be deleted.
CREATE TABLE monitor_rule_defaults (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE
);
-- What fires, with what it was raised with: by its labels it is resolved, whatever has changed since.
CREATE TABLE monitor_firings (
  monitor_id uuid NOT NULL,
  rule_id uuid NOT NULL,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  labels jsonb NOT NULL,
  annotations jsonb NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (monitor_id, rule_id)
);
CREATE INDEX monitor_firings_by_rule ON monitor_firings (rule_id);
