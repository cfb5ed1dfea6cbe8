import type { Db } from '../../base/db'
import { Gauge, type Registry } from '../../base/metrics'
import { ignoreOutage } from '../../base/outage'
import { QUEUE_NAMES } from '../../contract/values'
import type { Schedules } from '../schedules/schedules'
import type { BullQueue, BullStates } from './bull-states'
import { readPauses } from './pause-store'

const STATES = ['waiting', 'active', 'delayed', 'waiting_children', 'completed', 'failed'] as const

interface GaugeDeps {
  db: Db
  bullStates: BullStates
  schedules: Schedules
}

/** Gauges that are read when Prometheus scrapes; values are at most a second old. */
export function createGauges(registry: Registry, { db, bullStates, schedules }: GaugeDeps): void {
  const gauge = (name: string, help: string, labelNames: string[], fill: (gauge: Gauge) => Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset()
        await fill(this).catch(ignoreOutage) // no value is better than an old one
      },
    })
  const perQueue = (set: (gauge: Gauge, queue: BullQueue) => void) => async (gauge: Gauge) => {
    for (const queue of await bullStates.recent()) set(gauge, queue)
  }
  gauge(
    'bullmq_jobs',
    'Jobs in BullMQ by state. Ended jobs count as long as BullMQ keeps them, cancelled ones as failed.',
    ['queue', 'state'],
    perQueue((gauge, { name, counts }) => {
      for (const state of STATES) gauge.set({ queue: name, state }, counts[state])
    }),
  )
  gauge(
    'bullmq_queue_oldest_waiting_seconds',
    'How long the oldest job that is ready to run has waited.',
    ['queue'],
    perQueue((gauge, { name, oldestWaitingSeconds }) => gauge.set({ queue: name }, oldestWaitingSeconds)),
  )
  gauge('bullmq_queue_paused', '1 while the queue is paused.', ['queue'], async gauge => {
    const pauses = await readPauses(db)
    for (const queue of QUEUE_NAMES) gauge.set({ queue }, pauses.get(queue)?.paused ? 1 : 0)
  })
  gauge('bullmq_scheduler_overdue_seconds', 'How late the most overdue schedule is.', [], async gauge => {
    gauge.set((await schedules.overdueMsMax()) / 1000)
  })
}
