-- Failed sign-ins per hashed key and window, for all web processes. Not logged: a crash may forget them.
CREATE UNLOGGED TABLE sign_in_attempts (
  key text PRIMARY KEY,
  count integer NOT NULL,
  ends_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_ends_at ON sign_in_attempts (ends_at);
