-- Files that agents were asked for, in the blocks in which they come.
CREATE TABLE carves (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  host_id uuid NOT NULL,
  query_id uuid,
  carve_guid text NOT NULL,
  session_hash text NOT NULL UNIQUE,
  block_count integer NOT NULL,
  block_size integer NOT NULL,
  size bigint NOT NULL,
  received integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  -- An agent that did not hear the answer to its start asks again.
  UNIQUE (host_id, carve_guid)
);
CREATE INDEX carves_by_tenant ON carves (tenant_id, id);
CREATE INDEX carves_by_host ON carves (tenant_id, host_id, id);
CREATE INDEX carves_created ON carves (created_at);
CREATE TABLE carve_blocks (
  carve_id uuid NOT NULL REFERENCES carves (id) ON DELETE CASCADE,
  no integer NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (carve_id, no)
);
