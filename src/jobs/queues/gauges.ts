import { Gauge, type Registry } from '../../base/metrics'
import { ignoreOutage } from '../../base/outage'
import type { QueueStats } from '../../contract/queues'
import type { Schedules } from '../schedules/schedules'
import type { QueueStatsReader } from './queue-stats'

const STATES = ['waiting', 'active', 'delayed', 'waiting_children', 'completed', 'failed'] as const

/** Gauges that are read when Prometheus scrapes; values are at most a second old. */
export function createGauges(registry: Registry, stats: QueueStatsReader, schedules: Schedules): void {
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
  const perQueue = (set: (gauge: Gauge, queue: QueueStats) => void) => async (gauge: Gauge) => {
    for (const queue of await stats.recent()) set(gauge, queue)
  }
  gauge(
    'bullmq_jobs',
    'Jobs in BullMQ by state. Ended jobs count as long as BullMQ keeps them.',
    ['queue', 'state'],
    perQueue((gauge, { name, counts }) => {
      if (counts) for (const state of STATES) gauge.set({ queue: name, state }, counts[state])
    }),
  )
  gauge(
    'bullmq_queue_oldest_waiting_seconds',
    'How long the oldest job that is ready to run has waited.',
    ['queue'],
    perQueue((gauge, { name, oldest_waiting_seconds }) => {
      if (oldest_waiting_seconds !== null) gauge.set({ queue: name }, oldest_waiting_seconds)
    }),
  )
  gauge(
    'bullmq_queue_paused',
    '1 while the queue is paused.',
    ['queue'],
    perQueue((gauge, { name, paused }) => gauge.set({ queue: name }, paused ? 1 : 0)),
  )
  gauge('bullmq_scheduler_overdue_seconds', 'How late the most overdue schedule is.', [], async gauge => {
    gauge.set((await schedules.overdueMsMax()) / 1000)
  })
}
