-- Live queries: a job each (`id` is the job's), its targets, and the rows they have answered.
CREATE TABLE queries (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  sql text NOT NULL,
  -- As asked; what came of it are the rows of query_targets.
  targets jsonb NOT NULL,
  status text NOT NULL,
  deadline_seconds integer NOT NULL,
  deadline_at timestamptz NOT NULL,
  -- Names of columns in the order in which the first host with rows gave them.
  columns text[] NOT NULL DEFAULT '{}',
  -- How many targets are in each state, so that nobody has to count them.
  target_count integer NOT NULL,
  pending integer NOT NULL DEFAULT 0,
  sent integer NOT NULL DEFAULT 0,
  completed integer NOT NULL DEFAULT 0,
  no_rows integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  denylisted integer NOT NULL DEFAULT 0,
  offline integer NOT NULL DEFAULT 0,
  expired integer NOT NULL DEFAULT 0,
  row_count bigint NOT NULL DEFAULT 0,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CREATE INDEX queries_by_tenant ON queries (tenant_id, id);
CREATE INDEX queries_open ON queries (deadline_at) WHERE ended_at IS NULL;
CREATE INDEX queries_ended ON queries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE query_targets (
  query_id uuid NOT NULL REFERENCES queries (id) ON DELETE CASCADE,
  host_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  -- As it was called then: results outlive hosts.
  host_identifier text NOT NULL,
  hostname text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  -- May still be given to the host.
  open boolean NOT NULL DEFAULT true,
  sent_at timestamptz,
  sent_count smallint NOT NULL DEFAULT 0,
  answered_at timestamptz,
  -- Answered after the end of the query.
  late boolean NOT NULL DEFAULT false,
  -- Whose rows count: of two deliveries only the first one's.
  answer_id uuid,
  row_count integer NOT NULL DEFAULT 0,
  truncated boolean NOT NULL DEFAULT false,
  error text,
  stats jsonb,
  PRIMARY KEY (query_id, host_id)
);
CREATE INDEX query_targets_open ON query_targets (host_id) WHERE open;
CREATE INDEX query_targets_by_host ON query_targets (tenant_id, host_id, query_id);

CREATE TABLE query_rows (
  answer_id uuid NOT NULL,
  no integer NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (answer_id, no)
);

-- Large answers are stored ahead of what makes them count; those of which nothing came are taken out again.
CREATE TABLE staged_answers (
  answer_id uuid PRIMARY KEY,
  staged_at timestamptz NOT NULL DEFAULT now()
);
