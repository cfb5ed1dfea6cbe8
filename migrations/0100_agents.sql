-- The key with which the server proves itself to agents: one for the installation.
CREATE TABLE agent_server_keys (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  public_key text NOT NULL,
  -- the private key, encrypted
  secrets text NOT NULL
);

CREATE TABLE agent_tokens (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  reusable boolean NOT NULL,
  -- agents enrolled with it
  used integer NOT NULL DEFAULT 0,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX agent_tokens_by_tenant ON agent_tokens (tenant_id, id);
CREATE INDEX agent_tokens_expired ON agent_tokens (expires_at);

-- Programs that watch a machine's containers. Without an index on last_seen_at, which changes every few seconds.
CREATE TABLE agents (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- by which it enrolled; the token may be gone
  token_id uuid NOT NULL,
  name text NOT NULL,
  -- Ed25519, raw, base64url
  public_key text NOT NULL,
  -- what the machine tells of itself, as in the protocol
  facts jsonb NOT NULL,
  hostname text NOT NULL,
  hardware_uuid text,
  status text NOT NULL DEFAULT 'offline',
  -- number of its newest connection: what older ones send is dropped
  epoch integer NOT NULL DEFAULT 0,
  capabilities text[] NOT NULL DEFAULT '{}',
  clock_offset_ms bigint,
  backlog bigint NOT NULL DEFAULT 0,
  -- connections that replaced another that was still open, in a row, and the last one
  replaced integer NOT NULL DEFAULT 0,
  replaced_at timestamptz,
  -- the agent's time of the inventory that was last applied, in ms
  inventory_ms bigint,
  enrolled_at timestamptz NOT NULL DEFAULT now(),
  connected_at timestamptz,
  disconnected_at timestamptz,
  last_seen_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX agents_by_tenant ON agents (tenant_id, name, id);
CREATE INDEX agents_by_hardware ON agents (tenant_id, hardware_uuid);

-- How much of each segment of an agent's spool is stored, updated in the commit of the data.
CREATE TABLE agent_segments (
  agent_id uuid NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
  segment uuid NOT NULL,
  seq bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agent_id, segment)
);
CREATE INDEX agent_segments_old ON agent_segments (updated_at);

-- Containers by machine and name: they outlive what the engine has under that name.
CREATE TABLE containers (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  agent_id uuid NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
  name text NOT NULL,
  engine_id text NOT NULL,
  image text NOT NULL,
  image_id text NOT NULL,
  labels jsonb NOT NULL,
  state text NOT NULL,
  state_since timestamptz NOT NULL,
  health text NOT NULL,
  health_since timestamptz NOT NULL,
  exit_code bigint,
  restarts integer NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  protected boolean NOT NULL,
  own boolean NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (agent_id, name)
);
CREATE INDEX containers_by_tenant ON containers (tenant_id, name, id);
CREATE INDEX containers_gone ON containers (state_since) WHERE state = 'gone';

-- What the engine has had under the name of a container.
CREATE TABLE container_generations (
  container_id uuid NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  engine_id text NOT NULL,
  image text NOT NULL,
  image_id text NOT NULL,
  created_at timestamptz NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  gone_at timestamptz,
  exit_code bigint,
  PRIMARY KEY (container_id, engine_id)
);

-- When containers have started, to recognize those that do so again and again.
CREATE TABLE container_starts (
  container_id uuid NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  PRIMARY KEY (container_id, at)
);
CREATE INDEX container_starts_old ON container_starts (at);

CREATE TABLE agent_commands (
  -- that of its job
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  agent_id uuid NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
  container_id uuid NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  container_name text NOT NULL,
  image text NOT NULL,
  engine_id text NOT NULL,
  action text NOT NULL,
  status text NOT NULL DEFAULT 'queued',
  code text,
  message text NOT NULL DEFAULT '',
  reason text NOT NULL,
  confirmed boolean NOT NULL,
  grace_seconds integer NOT NULL,
  -- key and hash of the request that asked for it
  request_key text,
  request_hash text,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  accepted_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz NOT NULL,
  -- when nobody can say any more what became of it, unless a result has come
  given_up_at timestamptz NOT NULL
);
CREATE INDEX agent_commands_by_tenant ON agent_commands (tenant_id, id);
CREATE INDEX agent_commands_by_container ON agent_commands (container_id, id);
CREATE INDEX agent_commands_open ON agent_commands (agent_id, id) WHERE ended_at IS NULL;
CREATE INDEX agent_commands_ended ON agent_commands (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX agent_commands_by_request ON agent_commands (tenant_id, request_key) WHERE request_key IS NOT NULL;
