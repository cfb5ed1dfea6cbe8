import { setTimeout as delay } from 'node:timers/promises'
import { createDb, type Db } from '../../../src/base/db'
import { ensureSpan, HOUR_MS, listSpans } from '../../../src/base/partitions'
import { HOST_GAUGES } from '../../../src/contract/values'
import { percentile, rounded } from '../../figures'
import { listAgents, type Stage } from './stage'

/** Of them a whole day is made up, with all containers, at 5 s. */
const AGENTS = 10
const HOURS = 24
const SAMPLES = 'agent_samples'
/** What the page offers, in hours. */
const SPANS_HOURS = [0.25, 1, 6, 24, 24 * 7]
const READS = 100

/** Makes up a day of samples, lets the server sum it up, and reads charts of all lengths as the page of an agent does. */
export async function chartsOfADay({ place, server }: Stage) {
  const agents = (await listAgents(server)).slice(0, AGENTS).map(({ id }) => id)
  const db = createDb(place.databaseUrl, 1)
  try {
    const { samples, bytes } = await makeUpDay(db, agents)
    const summedUpMs = await untilSummedUp(db)
    const times: Record<string, { p50: number; p95: number }> = {}
    for (const hours of SPANS_HOURS) times[`${hours}_h`] = await readCharts({ place, server }, agents, hours)
    return {
      samples,
      bytes_per_sample: rounded(bytes / samples),
      summed_up_s: rounded(summedUpMs / 1_000),
      chart_ms: times,
    }
  } finally {
    await db.destroy()
  }
}

async function readCharts(
  { place, server }: Pick<Stage, 'place' | 'server'>,
  agents: readonly string[],
  hours: number,
) {
  const times: number[] = []
  for (let read = 0; read < READS; read++) {
    const from = new Date(Date.now() - hours * HOUR_MS).toISOString()
    const query = new URLSearchParams({ from, points: '1000', series: HOST_GAUGES.join() })
    const startedMs = performance.now()
    const headers = { authorization: `Bearer ${place.token}` }
    const response = await fetch(`${server.url}/api/agents/${agents[read % agents.length]}/metrics?${query}`, {
      headers,
    })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`A chart was answered with ${response.status}`)
    times.push(performance.now() - startedMs)
  }
  return { p50: rounded(percentile(times, 0.5)), p95: rounded(percentile(times, 0.95)) }
}

/** The day before this hour. @returns how many samples, and the bytes they take on disk with their index */
async function makeUpDay(db: Db, agents: string[]) {
  const end = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const day = { from: new Date(end - HOURS * HOUR_MS), to: new Date(end) }
  await ensureSpan(db, SAMPLES, 'hour', day)
  const hours = (await listSpans(db, SAMPLES, 'hour')).filter(({ from }) => from >= day.from && from < day.to)
  let samples = 0
  let bytes = 0
  for (const { name, from, to } of hours) {
    const { rowCount } = await db.raw<{ rowCount: number }>(FILL, { from, to, agents })
    samples += rowCount
    bytes += (await db.raw('SELECT pg_total_relation_size(?::regclass)::float8 AS bytes', [name])).rows[0].bytes
  }
  await db.raw('UPDATE agent_rollups SET done_until = ?', [day.from])
  return { samples, bytes }
}

/** Of a host or a container, in the columns that each of them has. */
const FILL = `
  INSERT INTO ${SAMPLES} (at, subject, cpu, memory, memory_total, memory_limit, swap, load1, disk, disk_total, rx, tx, read, write, pids)
  SELECT t.at, s.id, 50 * random(), 1e9 * random(),
    CASE WHEN s.container_id IS NULL THEN 8e9 END, CASE WHEN s.container_id IS NOT NULL THEN 4e9 END,
    CASE WHEN s.container_id IS NULL THEN 0 END, CASE WHEN s.container_id IS NULL THEN random() END,
    CASE WHEN s.container_id IS NULL THEN 4e10 END, CASE WHEN s.container_id IS NULL THEN 1e11 END,
    1e5 * random(), 1e5 * random(), 1e4 * random(), 1e4 * random(), CASE WHEN s.container_id IS NOT NULL THEN 12 END
  FROM generate_series(:from::timestamptz, :to::timestamptz - interval '5 seconds', interval '5 seconds') AS t(at)
    CROSS JOIN agent_subjects s
  WHERE s.agent_id = ANY(:agents::uuid[])
  ON CONFLICT DO NOTHING`

/** @returns how long it took, in ms */
async function untilSummedUp(db: Db): Promise<number> {
  const startedMs = performance.now()
  for (;;) {
    const { rows } = await db.raw(`SELECT 1 FROM agent_rollups WHERE done_until < date_trunc('hour', now(), 'UTC')`)
    if (rows.length === 0) return performance.now() - startedMs
    await delay(500)
  }
}
