-- One row per topic: the head of its sequence. `epoch` changes when a topic is made anew, so that old resume ids are noticed.
CREATE TABLE stream_topics (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  epoch text NOT NULL,
  last_seq bigint NOT NULL DEFAULT 0,
  last_line bigint NOT NULL DEFAULT 0,
  -- entries below this are gone (retention)
  first_seq bigint NOT NULL DEFAULT 1,
  -- encoded JSON of the state that a joining reader is given first
  state text,
  end_reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
) WITH (fillfactor = 70);

-- Daily partitions make retention a DROP TABLE. They are created ahead; `stream_entries_rest` catches what none covers.
CREATE TABLE stream_entries (
  topic_id bigint NOT NULL,
  seq bigint NOT NULL,
  line bigint,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  level smallint,
  step text,
  attempt smallint,
  source text,
  -- JSON-escaped text without its quotes: NUL and lone surrogates survive
  message text,
  truncated boolean NOT NULL DEFAULT false,
  data text,
  PRIMARY KEY (topic_id, seq, at)
) PARTITION BY RANGE (at);

CREATE TABLE stream_entries_rest PARTITION OF stream_entries DEFAULT;

-- The last batch each process has committed: a flush whose answer was lost is not done twice.
CREATE TABLE stream_writers (
  id text PRIMARY KEY,
  batch bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
