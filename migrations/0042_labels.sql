-- Groups of hosts: manual ones by list, dynamic ones by a query whose rows make a host a member.
CREATE TABLE labels (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  -- Null: manual.
  sql text,
  platforms text[] NOT NULL DEFAULT '{}',
  -- Of the query and its platforms: an answer to an older one decides nothing.
  revision integer NOT NULL DEFAULT 1,
  revised_at timestamptz NOT NULL DEFAULT now(),
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);
CREATE TABLE label_hosts (
  label_id uuid NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
  host_id uuid NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (label_id, host_id)
);
CREATE INDEX label_hosts_by_host ON label_hosts (host_id);

CREATE TABLE saved_queries (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  sql text NOT NULL,
  platforms text[] NOT NULL DEFAULT '{}',
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);
