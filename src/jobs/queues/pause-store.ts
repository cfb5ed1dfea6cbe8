import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { builtRows, storedJson } from '../../base/rows'
import { type Actor, actor as actorSchema } from '../../contract/access'

/** Who paused or resumed a queue last, and why. */
export interface Pause {
  paused: boolean
  reason: string
  by: Actor
  at: Date
}

const pauseRow = z.object({
  name: z.string(),
  paused: z.boolean(),
  reason: z.string(),
  /** JSON. */
  actor: z.string(),
  changed_at: z.date(),
})

export async function readPauses(db: Db): Promise<Map<string, Pause>> {
  const found = await builtRows(pauseRow, db('job_queues'))
  return new Map(
    found.map(({ name, paused, reason, actor, changed_at }) => {
      return [name, { paused, reason, by: storedJson(actorSchema, actor), at: changed_at }]
    }),
  )
}

export async function writePause(db: Db, name: string, { paused, reason, by, at }: Pause): Promise<void> {
  await db('job_queues')
    .insert({ name, paused, reason, actor: JSON.stringify(by), changed_at: at })
    .onConflict('name')
    .merge()
}
