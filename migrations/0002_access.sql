CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
  email text NOT NULL,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  -- null: signs in by link only
  password_hash text,
  disabled_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Sign-in names no tenant, so an address belongs to one.
CREATE UNIQUE INDEX users_email ON users (lower(email));

-- Revoked tokens stay, so that the audit log's targets and a reused admin-token file can be recognised.
CREATE TABLE api_tokens (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  secret_hash text NOT NULL UNIQUE,
  -- 'setting' (TAILRACE_ADMIN_TOKEN) or 'file' (DATA_DIR/admin-token): there is one of each, whose secret is replaced
  made_from text CHECK (made_from IN ('setting', 'file')),
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE UNIQUE INDEX api_tokens_made_from ON api_tokens (tenant_id, made_from) WHERE made_from IS NOT NULL;
CREATE INDEX api_tokens_tenant ON api_tokens (tenant_id, id) WHERE revoked_at IS NULL;

-- A session stands for a user, or for the token it was opened with.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
  user_id uuid REFERENCES users ON DELETE CASCADE,
  token_id uuid REFERENCES api_tokens ON DELETE CASCADE,
  secret_hash text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CHECK ((user_id IS NULL) <> (token_id IS NULL))
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_token ON sessions (token_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE sign_in_codes (
  code_hash text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);

CREATE TABLE tickets (
  ticket_hash text PRIMARY KEY,
  -- session or token that asked for it: the ticket is worth nothing once that has ended
  credential_id uuid NOT NULL,
  topics text[] NOT NULL,
  expires_at timestamptz NOT NULL
);

-- Everything that proves who somebody is, as long as it does.
CREATE VIEW live_credentials AS
  SELECT t.id, t.secret_hash, t.tenant_id, t.role, 'token' AS kind, 'token' AS actor_type, t.id AS actor_id,
    t.name AS actor_name, t.last_used_at AS used_at, t.expires_at
  FROM api_tokens t
  WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
UNION ALL
  SELECT s.id, s.secret_hash, s.tenant_id, u.role, 'session', 'user', u.id, u.name, s.used_at, s.expires_at
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.expires_at > now() AND u.disabled_at IS NULL
UNION ALL
  SELECT s.id, s.secret_hash, s.tenant_id, t.role, 'session', 'token', t.id, t.name, s.used_at,
    least(s.expires_at, t.expires_at)
  FROM sessions s JOIN api_tokens t ON t.id = s.token_id
  WHERE s.expires_at > now() AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now());

CREATE TABLE audit_log (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor_type text NOT NULL,
  actor_id text,
  actor_name text NOT NULL,
  action text NOT NULL,
  target_type text,
  target_id text,
  reason text,
  result text NOT NULL CHECK (result IN ('ok', 'refused', 'failed')),
  -- encoded JSON: jsonb refuses NUL and lone surrogates
  data text
);
CREATE INDEX audit_log_tenant ON audit_log (tenant_id, id);
CREATE INDEX audit_log_target ON audit_log (tenant_id, target_type, target_id, id);
