-- Named filters of the console's lists. A private one is its owner's alone; a shared one is the tenant's.
CREATE TABLE saved_views (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- A member or an API token. No reference: a shared view stays when its owner goes.
  owner_id uuid NOT NULL,
  page text NOT NULL,
  name text NOT NULL,
  search text NOT NULL,
  shared boolean NOT NULL,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, owner_id, page, name)
);
CREATE INDEX saved_views_shared ON saved_views (tenant_id, id) WHERE shared;
