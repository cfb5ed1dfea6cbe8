import { setTimeout as delay } from 'node:timers/promises'
import { createDb } from '../../../src/base/db'
import { rounded } from '../../figures'
import type { Place, Server } from '../../place'
import { postgresProcesses } from '../../postgres-processes'
import { cpuSecondsOf } from '../../processes'

/** What happened in a time, and what it cost. */
export interface Costs {
  checks_per_s: number
  /** Of a core: the process of Tailrace, and PostgreSQL. */
  cpu_percent: { tailrace: number; postgres: number }
  cpu_us_per_check: number
  commits_per_check: number
}

/** Counts stored checks, commits and CPU time for `ms`. */
export async function costsOf({ databaseUrl, folder }: Place, server: Server, ms: number): Promise<Costs> {
  const db = createDb(databaseUrl, 1)
  const postgres = () => postgresProcesses(folder).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
  const look = async () => {
    const [{ checks }] = (await db.raw('SELECT count(*)::float8 AS checks FROM monitor_checks')).rows
    const [{ commits }] = (
      await db.raw('SELECT xact_commit::float8 AS commits FROM pg_stat_database WHERE datname = current_database()')
    ).rows
    return { checks, commits, atMs: performance.now(), own: cpuSecondsOf(server.pid), postgres: postgres() }
  }
  try {
    const before = await look()
    await delay(ms)
    const after = await look()
    const seconds = (after.atMs - before.atMs) / 1_000
    const checks = after.checks - before.checks
    const own = after.own - before.own
    const theirs = after.postgres - before.postgres
    return {
      checks_per_s: rounded(checks / seconds),
      cpu_percent: { tailrace: rounded((own / seconds) * 100), postgres: rounded((theirs / seconds) * 100) },
      cpu_us_per_check: rounded(((own + theirs) * 1e6) / checks),
      commits_per_check: rounded((after.commits - before.commits) / checks),
    }
  } finally {
    await db.destroy()
  }
}
