-- How far the changes of alerts have become groups, incidents and events. Apart from `alert_heads`, so that accepting
-- alerts does not wait for it.
CREATE TABLE alert_dispatch (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  -- the last row of `alerts` by (version, id); the greatest id stands for all of a version
  version bigint NOT NULL DEFAULT 0,
  after_id uuid NOT NULL DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  -- of `alert_heads`
  mute_version bigint NOT NULL DEFAULT 0,
  routing_version bigint NOT NULL DEFAULT 0,
  -- counts the commits, by which a process knows that no other has been at work since its own
  round bigint NOT NULL DEFAULT 0,
  -- when there is something to do although nothing changes: a group is due, or a silence begins or ends
  next_at timestamptz,
  incident_number integer NOT NULL DEFAULT 0
);

-- Alerts of one route with the same group labels, while any of them fires or somebody has to be told of the end.
CREATE TABLE alert_groups (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- survives changes of the tree that do not concern its route
  route_key text NOT NULL,
  -- Alertmanager's text for it
  group_key text NOT NULL,
  -- JSON
  group_labels text NOT NULL,
  receiver text,
  -- its route has another receiver now: it only tells the end of what it told
  is_detached boolean NOT NULL DEFAULT false,
  -- the latest
  incident_id uuid,
  -- null: nothing to look at
  next_flush_at timestamptz,
  -- null: it has not been looked at since it began to fire
  flushed_at timestamptz,
  -- what the receiver was last told, and takes for firing
  told_at timestamptz,
  told_firing uuid[] NOT NULL DEFAULT '{}',
  -- have been muted since the receiver was last told of them
  hushed uuid[] NOT NULL DEFAULT '{}',
  -- the latest decisions not to send, so that each is stored once: about the group, and about its muted alerts
  decision text,
  muted_decision text,
  -- when it began to fire lately
  flaps timestamptz[] NOT NULL DEFAULT '{}',
  is_flapping boolean NOT NULL DEFAULT false,
  -- whether the receiver knows that it is flapping
  is_flapping_told boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  UNIQUE (tenant_id, route_key, group_key)
) WITH (fillfactor = 85);
CREATE INDEX alert_groups_due ON alert_groups (tenant_id, next_flush_at) WHERE next_flush_at IS NOT NULL;

-- Routes whose alerts are expected to come again and again.
CREATE TABLE alert_expectations (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  route_key text NOT NULL,
  -- changes whenever one of its alerts comes
  mark text NOT NULL,
  seen_at timestamptz NOT NULL,
  -- the labels of the alert that tells that they have stopped coming, as JSON
  raised text,
  PRIMARY KEY (tenant_id, route_key)
);

-- Alerts that are muted now.
CREATE TABLE alert_mutes (
  alert_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  silenced_by text[] NOT NULL DEFAULT '{}',
  inhibited_by text[] NOT NULL DEFAULT '{}',
  maintenance text[] NOT NULL DEFAULT '{}',
  since timestamptz NOT NULL
);
CREATE INDEX alert_mutes_tenant ON alert_mutes (tenant_id);

CREATE TABLE incidents (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  number integer NOT NULL,
  group_id uuid NOT NULL,
  title text NOT NULL,
  status text NOT NULL,
  severity text,
  receiver text,
  -- JSON texts, which can hold NUL
  group_labels text NOT NULL,
  common_labels text NOT NULL,
  common_annotations text NOT NULL,
  links text NOT NULL,
  firing integer NOT NULL,
  alerts integer NOT NULL,
  is_flapping boolean NOT NULL DEFAULT false,
  assignee_id uuid,
  acknowledged_by jsonb,
  acknowledged_at timestamptz,
  resolved_by jsonb,
  resolved_at timestamptz,
  opened_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (tenant_id, number)
);
CREATE UNIQUE INDEX incidents_open ON incidents (group_id) WHERE resolved_at IS NULL;
CREATE INDEX incidents_newest ON incidents (tenant_id, id);
CREATE INDEX incidents_status ON incidents (tenant_id, status, id) WHERE status <> 'resolved';
CREATE INDEX incidents_resolved ON incidents (resolved_at) WHERE resolved_at IS NOT NULL;

-- Which occurrences an incident is about.
CREATE TABLE incident_alerts (
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  alert_id uuid NOT NULL,
  PRIMARY KEY (incident_id, alert_id)
);
CREATE INDEX incident_alerts_alert ON incident_alerts (alert_id);

CREATE TABLE incident_timeline (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  actor jsonb,
  reason text,
  text text,
  count integer,
  fingerprints text[] NOT NULL DEFAULT '{}',
  by text[] NOT NULL DEFAULT '{}',
  notification_id uuid
);
CREATE INDEX incident_timeline_incident ON incident_timeline (incident_id, id);
