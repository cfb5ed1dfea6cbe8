import type { Actor } from '../../access'
import { notFound } from '../../base/errors'
import { Away, againLater } from '../../base/outage'
import type { Core } from '../core'
import { QUEUE_NAMES, type QueueName } from '../kinds/queues'
import { readControls, writeControl } from './queue-store'

/**
 * Pauses or resumes a queue in all processes; who did it and why is kept. While Redis is away it counts as soon as
 * Redis is back.
 * @throws Problem 404
 */
export async function controlQueue(core: Core, name: string, paused: boolean, reason: string, by: Actor) {
  const queue = QUEUE_NAMES.find(each => each === name)
  if (!queue) throw notFound('queue')
  await writeControl(core.db, queue, { paused, reason, by, at: new Date() })
  await apply(core, queue, paused).catch(
    againLater(core.log, 'A pause or resume has not reached Redis yet', { queue }, 'warn'),
  )
}

async function apply({ engine }: Core, name: QueueName, paused: boolean) {
  if (!engine.isUp) throw new Away('Redis is away')
  const queue = engine.queue(name)
  if ((await queue.isPaused()) === paused) return
  await (paused ? queue.pause() : queue.resume())
}

/** Redis forgets pauses with FLUSHALL, PostgreSQL does not. */
export async function applyControls(core: Core): Promise<void> {
  for (const [name, { paused }] of await readControls(core.db)) {
    const queue = QUEUE_NAMES.find(each => each === name)
    if (queue) await apply(core, queue, paused)
  }
}
