import type { Endpoint } from '../../api'
import type { Db, Transaction } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Registry } from '../../base/metrics'
import type { RetentionTarget } from '../../base/retention'
import type { Jobs, Run } from '../../jobs'
import type { TopicEntries, Writer } from '../../streams'
import type { Receivers } from '../receivers'
import { insertNotifications, makeRoom } from './add-store'
import { Delivery, type NotifyInput } from './delivery'
import { type NotifyResult, notify } from './kinds'
import { NotificationMetrics } from './metrics'
import type { NewNotification } from './notification'
import { notificationRoutes } from './notification-routes'
import { notificationRetention } from './retention'
import { NOTIFIER, Waker } from './wake'

export interface NotificationsDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  jobs: Pick<Jobs, 'enqueueIn' | 'hasten'>
  receivers: Pick<Receivers, 'byId' | 'send'>
  metrics: Registry
  log: Log
  /** PUBLIC_URL, for links to incidents. */
  publicUrl: string | undefined
  /** Called when a receiver has recovered: it may have missed something. */
  onRecovered(receiver: { tenantId: string; id: string }): Promise<void>
}

/**
 * The outbox: what is to be sent is written in the commit of what it is about, and sent by jobs. A receiver gets each
 * notification once, or after a crash twice with the same key, and those of a group in their order.
 */
export class Notifications {
  readonly endpoints: Endpoint[]
  readonly retention: RetentionTarget[]
  /** For processes with workers. */
  readonly parts: Part[]
  private readonly delivery: Delivery
  private readonly waker: Waker

  constructor(private readonly deps: NotificationsDeps) {
    const { db, metrics } = deps
    this.waker = new Waker(deps)
    const wake = (receiver: { id: string }) => this.waker.wake(receiver)
    this.delivery = new Delivery({ ...deps, metrics: new NotificationMetrics(metrics), wake })
    this.endpoints = notificationRoutes(db)
    this.retention = [notificationRetention(db)]
    const sends: Part = { name: 'sends', start: async () => undefined, stop: () => this.delivery.idle() }
    this.parts = [sends, this.waker]
  }

  /**
   * Adds notifications in a transaction of the streams writer, those of a group in the order in which they are to be
   * sent. Dispatches of a tenant must not do this at the same time.
   * @returns the entries that the effect has to append
   */
  async add(trx: Transaction, list: readonly NewNotification[]): Promise<TopicEntries[]> {
    if (!list.length) return []
    await insertNotifications(trx, list)
    const pending = list.flatMap(({ status, receiver, ...rest }) =>
      status === 'pending' && receiver ? [{ receiverId: receiver.id, ...rest }] : [],
    )
    const left = await makeRoom(trx, [...new Set(pending.map(each => each.receiverId))])
    const jobs = pending
      .filter(({ id }) => !left.has(id))
      .map(({ id, tenantId, receiverId, groupId }) => ({
        kind: notify,
        input: { receiver_id: receiverId, group_id: groupId, notification_id: id },
        request: { tenantId, createdBy: NOTIFIER, id },
      }))
    return jobs.length ? this.deps.jobs.enqueueIn(trx, jobs) : []
  }

  /** A run of a `notify` job. */
  deliver(run: Run, input: NotifyInput): Promise<NotifyResult> {
    return this.delivery.deliver(run, input)
  }

  /** Tries everything now that waits for a receiver: it was changed, or has recovered. */
  wake(receiver: { id: string }): Promise<void> {
    return this.waker.wake(receiver)
  }

  /** Finds notifications whose jobs were lost. @param overdueMs how late they are at least */
  sweep(overdueMs: number): Promise<void> {
    return this.waker.sweep(overdueMs)
  }
}
