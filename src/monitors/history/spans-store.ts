/**
 * Which state monitors were in, and when: CTE `spans` for the times in a CTE `wanted (monitor_id, since, until)`. The
 * first span of a monitor may begin before `since`; `ends` is null for the state that lasts at `until`.
 */
export const SPANS = `spans AS (
  SELECT c.id, c.monitor_id, c.state, c.at AS starts, w.since, w.until,
    lead(c.at) OVER (PARTITION BY c.monitor_id ORDER BY c.at, c.id) AS ends
  FROM wanted w CROSS JOIN LATERAL (
    (SELECT id, monitor_id, at, state FROM monitor_changes
     WHERE tenant_id = :tenantId AND monitor_id = w.monitor_id AND at <= w.since ORDER BY at DESC, id DESC LIMIT 1)
    UNION ALL
    (SELECT id, monitor_id, at, state FROM monitor_changes
     WHERE tenant_id = :tenantId AND monitor_id = w.monitor_id AND at > w.since AND at < w.until)) c)`

/** The same time for all monitors of the array `:ids`, from `:since` to `:until`. */
export const WANTED = `wanted AS (
  SELECT id AS monitor_id, CAST(:since AS timestamptz) AS since, CAST(:until AS timestamptz) AS until
  FROM unnest(CAST(:ids AS uuid[])) AS listed(id))`

/** SQL for the ms of a span between two times, which are SQL as well. */
export const msWithin = (from: string, to: string) =>
  `greatest(extract(epoch FROM least(coalesce(ends, ${to}), ${to}) - greatest(starts, ${from})) * 1000, 0)::float8`
