CREATE TABLE receivers (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  type text NOT NULL,
  settings jsonb NOT NULL,
  -- encrypted; null: it has none
  secrets text,
  -- the names of the settings in it
  secret_names text[] NOT NULL DEFAULT '{}',
  send_resolved boolean NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  failing_since timestamptz,
  last_error text,
  last_sent_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);

-- The tree of routes; a tenant without a row has the default: everything becomes an incident, nobody is notified.
CREATE TABLE alert_routing (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  -- {route, inhibit_rules, time_intervals}
  config jsonb NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL
);
