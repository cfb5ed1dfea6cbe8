import { setTimeout as delay } from 'node:timers/promises'
import { createDb } from '../../../src/base/db'
import { nowMs, rounded } from '../../figures'
import type { Place, Server } from '../../place'
import { MONITORS } from './targets'

const POLL_MS = 100
const MS_MAX = 60_000

/** From the start of a process until all monitors have been checked, those that time out included. */
export async function timeUntilAllChecked({ databaseUrl }: Place, start: () => Promise<Server>) {
  const db = createDb(databaseUrl, 1)
  try {
    const startedAt = new Date()
    const startedMs = nowMs()
    const server = await start()
    for (;;) {
      const { rows } = await db.raw('SELECT count(*)::int AS count FROM monitor_states WHERE checked_at >= ?', [
        startedAt,
      ])
      const { count } = rows[0]
      if (count >= MONITORS) return { server, allCheckedMs: rounded(nowMs() - startedMs) }
      if (nowMs() - startedMs > MS_MAX) throw new Error(`Only ${count} monitors were checked within ${MS_MAX} ms`)
      await delay(POLL_MS)
    }
  } finally {
    await db.destroy()
  }
}
