import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { Engine } from '../engine/engine'

export interface WorkerProcess {
  /** The same as in the `worker` field of jobs. */
  name: string
  queues: QueueName[]
  connected_seconds: number
}

const MARK = ':w:'

/**
 * The processes that currently take jobs, identified by the names of their Redis connections.
 * @returns null while Redis is down
 */
export async function listWorkers(engine: Engine): Promise<WorkerProcess[] | null> {
  if (!engine.isUp) return null
  const found = new Map<string, WorkerProcess>()
  for (const queue of QUEUE_NAMES) {
    for (const { rawname = '', age } of await engine.queue(queue).getWorkers()) {
      const name = rawname.slice(rawname.indexOf(MARK) + MARK.length)
      const worker = found.get(name) ?? { name, queues: [], connected_seconds: 0 }
      if (!worker.queues.includes(queue)) worker.queues.push(queue)
      worker.connected_seconds = Math.max(worker.connected_seconds, Number(age) || 0)
      found.set(name, worker)
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
