import type { Db } from '../../base/db'
import type { Actor } from '../../contract/access'

/** Who paused or resumed a queue last, and why. */
export interface Pause {
  paused: boolean
  reason: string
  by: Actor
  at: Date
}

export async function readPauses(db: Db): Promise<Map<string, Pause>> {
  const found: { name: string; paused: boolean; reason: string; actor: string; changed_at: Date }[] =
    await db('job_queues').select('*')
  return new Map(
    found.map(({ name, paused, reason, actor, changed_at }) => {
      return [name, { paused, reason, by: JSON.parse(actor), at: changed_at }]
    }),
  )
}

export async function writePause(db: Db, name: string, { paused, reason, by, at }: Pause): Promise<void> {
  await db('job_queues')
    .insert({ name, paused, reason, actor: JSON.stringify(by), changed_at: at })
    .onConflict('name')
    .merge()
}
