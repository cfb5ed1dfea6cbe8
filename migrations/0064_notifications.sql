-- What is to be sent, written in the commit of the change it is about, and decisions not to send.
CREATE TABLE notifications (
  id uuid PRIMARY KEY,
  -- the order in which those of a group are sent: clocks of processes differ
  no bigint GENERATED ALWAYS AS IDENTITY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  group_id uuid NOT NULL,
  incident_id uuid,
  receiver_id uuid,
  receiver text,
  status text NOT NULL,
  reason text NOT NULL,
  by text[] NOT NULL DEFAULT '{}',
  firing integer NOT NULL,
  resolved integer NOT NULL,
  group_labels jsonb NOT NULL,
  -- fingerprints, up to 1,000
  fingerprints text[] NOT NULL DEFAULT '{}',
  -- the message, in the form of Alertmanager's webhook; removed when it has been sent
  message text,
  key text,
  -- [{at, duration_ms, ok, status_code, error}], the latest 20
  attempts jsonb NOT NULL DEFAULT '[]',
  attempt_count integer NOT NULL DEFAULT 0,
  -- that sends it
  job_id uuid,
  next_at timestamptz,
  -- whoever sends it holds it until then
  claimed_until timestamptz,
  created_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX notifications_newest ON notifications (tenant_id, id);
CREATE INDEX notifications_incident ON notifications (incident_id, id);
CREATE INDEX notifications_pending ON notifications (receiver_id, group_id, no) WHERE status = 'pending';
CREATE INDEX notifications_fingerprints ON notifications USING gin (fingerprints);
CREATE INDEX notifications_created ON notifications (created_at);
