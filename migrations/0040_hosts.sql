-- Machines that run osquery, and the secrets with which they enrol.
CREATE TABLE enroll_secrets (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);
CREATE INDEX enroll_secrets_by_tenant ON enroll_secrets (tenant_id, id);

-- Narrow and without an index on last_seen_at, because that changes every few seconds: so it is changed in place.
CREATE TABLE hosts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- What the agent calls itself; of clones all but one carry their instance behind a "~".
  host_identifier text NOT NULL,
  -- Of the agent's own database: tells a machine that was set up anew, or cloned, from one that only enrols again.
  instance_id text NOT NULL DEFAULT '',
  -- When those before were replaced, by instance. One that comes back soon proves clones.
  earlier_instances jsonb NOT NULL DEFAULT '{}',
  -- Since then every other instance gets a host of its own.
  cloned_at timestamptz,
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
  -- When the agent last answered what we ask of our own accord, and when somebody wanted it asked again.
  refreshed_at timestamptz,
  refresh_wanted_at timestamptz,
  -- Dynamic labels that are not changed since then were decided.
  labels_checked_at timestamptz,
  status text NOT NULL DEFAULT 'online',
  enrolled_at timestamptz NOT NULL DEFAULT now(),
  last_enrolled_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, host_identifier)
) WITH (fillfactor = 70);
CREATE INDEX hosts_by_tenant ON hosts (tenant_id, id);

-- What is read for one host at a time, and large.
CREATE TABLE host_details (
  host_id uuid PRIMARY KEY REFERENCES hosts (id) ON DELETE CASCADE,
  -- First rows of os_version, osquery_info, system_info, platform_info, as enrolled.
  details jsonb NOT NULL DEFAULT '{}',
  -- Rows by table, from the detail query.
  vitals jsonb NOT NULL DEFAULT '{}'
);
