CREATE TABLE status_pages (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- the address is public, so it is unique over all tenants
  slug text NOT NULL UNIQUE,
  title text NOT NULL,
  description text NOT NULL,
  monitor_ids uuid[] NOT NULL,
  -- [{title, monitor_ids}]
  groups jsonb NOT NULL,
  published boolean NOT NULL,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX status_pages_by_tenant ON status_pages (tenant_id);
