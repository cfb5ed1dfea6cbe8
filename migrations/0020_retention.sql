-- What was last found and done for each retention target: pages and metrics read this, however much history there is.
CREATE TABLE retention_targets (
  name text PRIMARY KEY,
  measured_at timestamptz,
  oldest timestamptz,
  rows bigint,
  bytes bigint,
  swept_at timestamptz,
  deleted bigint,
  -- by the last dry run
  counted_at timestamptz,
  countable bigint,
  -- of the last sweep, when it failed
  error text,
  error_at timestamptz
);
