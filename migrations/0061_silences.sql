CREATE TABLE silences (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- JSON texts, because values may hold what jsonb cannot: [{name, op, value}]
  matchers text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  comment text NOT NULL,
  created_by text NOT NULL,
  annotations text NOT NULL DEFAULT '{}',
  replaces uuid,
  -- whether its end has become an event
  is_end_told boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX silences_ends ON silences (tenant_id, ends_at);
CREATE INDEX silences_expired ON silences (ends_at);
CREATE INDEX silences_untold ON silences (ends_at) WHERE NOT is_end_told;

CREATE TABLE maintenance_windows (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  matchers text NOT NULL,
  cron text,
  timezone text,
  duration_minutes integer,
  starts_at timestamptz,
  ends_at timestamptz,
  enabled boolean NOT NULL DEFAULT true,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);
