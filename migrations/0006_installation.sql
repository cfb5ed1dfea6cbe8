-- Tells installations apart: Redis holds the same id.
CREATE TABLE installation (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
);
INSERT INTO installation DEFAULT VALUES;

-- Processes that run. Each says so here every few seconds, after it has said so in its Redis.
CREATE TABLE processes (
  id text PRIMARY KEY,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
