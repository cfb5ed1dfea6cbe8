-- Machines that run osquery, and the secrets with which they enrol.
CREATE TABLE enroll_secrets (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX enroll_secrets_by_tenant ON enroll_secrets (tenant_id, id);

CREATE TABLE hosts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- What the agent calls itself; of clones all but the first carry their instance behind a "~".
  host_identifier text NOT NULL,
  -- Of the agent's own database: tells a machine that was set up anew, or cloned, from one that only enrols again.
  instance_id text,
  earlier_instances text[] NOT NULL DEFAULT '{}',
  node_key_hash text NOT NULL UNIQUE,
  -- An agent may enrol twice at once: the key before stays good for a while.
  previous_key_hash text UNIQUE,
  previous_key_until timestamptz,
  hostname text NOT NULL DEFAULT '',
  platform text NOT NULL DEFAULT '',
  os_name text NOT NULL DEFAULT '',
  os_version text NOT NULL DEFAULT '',
  osquery_version text NOT NULL DEFAULT '',
  hardware_uuid text NOT NULL DEFAULT '',
  hardware_serial text NOT NULL DEFAULT '',
  -- First rows of os_version, osquery_info, system_info, platform_info, as enrolled.
  details jsonb NOT NULL DEFAULT '{}',
  -- By table, from the detail query.
  vitals jsonb NOT NULL DEFAULT '{}',
  -- When the agent last answered what we ask of our own accord, and when somebody wants it asked again.
  refreshed_at timestamptz,
  refresh_wanted_at timestamptz,
  status text NOT NULL DEFAULT 'online',
  enrolled_at timestamptz NOT NULL DEFAULT now(),
  last_enrolled_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, host_identifier)
);
CREATE INDEX hosts_by_tenant ON hosts (tenant_id, id);
CREATE INDEX hosts_seen ON hosts (status, last_seen_at);
