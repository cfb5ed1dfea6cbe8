-- Entries are stored in chunks: a row per topic and flush instead of one per entry. `records` has the entries as they are sent
-- (src/streams/record.ts), joined by line breaks; the other columns tell without reading them what a chunk may contain.
CREATE TABLE stream_chunks (
  topic_id bigint NOT NULL,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  -- the numbers of its log lines; without lines, last_line is one less than first_line
  first_line bigint NOT NULL,
  last_line bigint NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  kinds text[] NOT NULL,
  -- a bit per level
  levels smallint NOT NULL,
  steps text[] NOT NULL,
  records text NOT NULL,
  PRIMARY KEY (topic_id, last_seq, last_at)
) PARTITION BY RANGE (last_at);

CREATE TABLE stream_chunks_rest PARTITION OF stream_chunks DEFAULT;

-- Faster and smaller than pglz, where the server was built with it.
DO $$
BEGIN
  ALTER TABLE stream_chunks ALTER COLUMN records SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN NULL;
END $$;

-- The days that have entries, so that retention drops them when it would have.
DO $$
DECLARE day date;
BEGIN
  FOR day IN
    SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'stream_entries'::regclass AND c.relname ~ '^stream_entries_[0-9]{8}$'
  LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF stream_chunks FOR VALUES FROM (%L) TO (%L)',
      'stream_chunks_' || to_char(day, 'YYYYMMDD'), day || ' 00:00+00', day + 1 || ' 00:00+00');
  END LOOP;
END $$;

-- Carries the entries over at once rather than while the program runs: readers then never see a topic in two tables, and
-- all processes wait for migrations anyway. It takes 10 to 15 s per million entries.
WITH placed AS (
  SELECT e.*,
    e.seq - row_number() OVER (PARTITION BY e.topic_id ORDER BY e.seq) AS island,
    sum(length(coalesce(e.message, '')) + length(coalesce(e.data, '')) + 100)
      OVER (PARTITION BY e.topic_id ORDER BY e.seq) / 131072 AS part,
    coalesce(max(e.line) OVER (PARTITION BY e.topic_id ORDER BY e.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
      AS lines_before,
    to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
  FROM stream_entries e JOIN stream_topics t ON t.id = e.topic_id AND e.seq >= t.first_seq
)
INSERT INTO stream_chunks
SELECT topic_id, min(seq), max(seq), coalesce(min(line), min(lines_before) + 1), coalesce(max(line), min(lines_before)),
  min(at), max(at),
  array_agg(DISTINCT kind), coalesce(bit_or((1 << level)::integer), 0),
  coalesce(array_agg(DISTINCT step) FILTER (WHERE step IS NOT NULL), '{}'),
  string_agg(
    CASE kind WHEN 'log' THEN
      concat('"timestamp":"', time, '","level":"', (ARRAY['debug', 'info', 'warn', 'error'])[level + 1], '","step":',
        coalesce(to_json(step)::text, 'null'), ',"attempt":', coalesce(attempt::text, 'null'), ',"message":"', message,
        '","source":', coalesce(to_json(source)::text, 'null'), CASE WHEN truncated THEN ',"truncated":true' END,
        ',"data":' || data, '}')
    ELSE concat(kind, E'\t', time, E'\t', coalesce(to_json(source)::text, 'null'), E'\t', data) END,
    E'\n' ORDER BY seq)
FROM placed GROUP BY topic_id, island, seq / 1000, part;

DROP TABLE stream_entries;

-- The entries one by one, for people who query the database. What PostgreSQL's text cannot hold (NUL and lone surrogates)
-- becomes U+FFFD.
CREATE VIEW stream_entries AS
SELECT c.topic_id, c.first_seq + r.no - 1 AS seq, CASE WHEN r.is_line THEN c.first_line + r.lines - 1 END AS line,
  coalesce(r.event[1], 'log') AS kind, coalesce(r.event[2], r.parts ->> 'timestamp')::timestamptz AS at,
  r.parts ->> 'level' AS level, r.parts ->> 'step' AS step, (r.parts ->> 'attempt')::integer AS attempt,
  coalesce(r.event[3]::json #>> '{}', r.parts ->> 'source') AS source,
  r.parts ->> 'message' AS message,
  coalesce((r.parts ->> 'truncated')::boolean, false) AS truncated,
  coalesce(nullif(r.event[4], ''), (r.parts -> 'data')::text) AS data
FROM stream_chunks c
CROSS JOIN LATERAL (
  SELECT no, is_line, count(*) FILTER (WHERE is_line) OVER (ORDER BY no) AS lines,
    CASE WHEN NOT is_line THEN string_to_array(record, E'\t') END AS event,
    CASE WHEN is_line THEN ('{' || regexp_replace(record, '\\u(0000|d[89a-f]..)', '\\ufffd', 'gi'))::json END AS parts
  FROM (
    SELECT no, record, starts_with(record, '"') AS is_line
    FROM unnest(string_to_array(c.records, E'\n')) WITH ORDINALITY AS u(record, no)) AS one
) AS r;
