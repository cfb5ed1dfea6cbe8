import { setTimeout as delay } from 'node:timers/promises'
import { createDb } from '../../../src/base/db'
import { rounded } from '../../figures'
import type { FleetStage } from './stage'

const WATCH_SECONDS = 30
/** PostgreSQL counts a session's statements at most once a second. */
const SETTLE_MS = 2_000

/** SQL statements per minute while nothing happens (each is a transaction here). */
export async function statementsPerMinute({ place, web }: FleetStage) {
  const db = createDb(place.databaseUrl, 1)
  const count = async () => {
    const { rows } = await db.raw(
      'SELECT (xact_commit + xact_rollback)::float8 AS n FROM pg_stat_database WHERE datname = current_database()',
    )
    return (rows as { n: number }[])[0]?.n ?? Number.NaN
  }
  try {
    await delay(SETTLE_MS)
    const [before, cpu] = [await count(), await web.ask('cpu', undefined)]
    await delay(WATCH_SECONDS * 1_000)
    const corePercent = (((await web.ask('cpu', undefined)) - cpu) / WATCH_SECONDS) * 100
    return { statements: ((await count()) - before) * (60 / WATCH_SECONDS), corePercent }
  } finally {
    await db.destroy()
  }
}

type Idle = Awaited<ReturnType<typeof statementsPerMinute>>

/** The cost of an idle host. */
export const perHost = (baseline: Idle, all: Idle, hosts: number) => ({
  statements_per_host_and_minute: rounded((all.statements - baseline.statements) / hosts),
  statements_per_minute_no_hosts: rounded(baseline.statements),
  core_percent_no_hosts: rounded(baseline.corePercent),
  core_percent_1000_hosts: rounded(all.corePercent),
})
