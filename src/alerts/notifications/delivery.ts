import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import { type Run, RunLater } from '../../jobs'
import type { Writer } from '../../streams'
import type { Message, Receivers, SendOutcome, StoredReceiver } from '../receivers'
import type { NotifyResult } from './kinds'
import type { NotificationMetrics } from './metrics'
import type { OutcomeItem } from './outcome'
import { outcomeEffect, type Recorded } from './outcome-effect'
import { LIFE_MS } from './retry'
import { type Claimed, claimNext, findState } from './send-store'
import { Slots } from './slots'

/** Longer than an attempt and its commit take. */
const LEASE_MS = 45_000
/** Notifications that one run sends, so that its job ends in a reasonable time. */
const SENDS_MAX = 100
/** How long a job waits for one that is busy with its receiver. That one also sends what others have waited for. */
const BUSY_MS = 5_000
const BUSY_FAILING_MS = 30_000
const DISABLED_MS = 5 * 60_000
/** A head that is due was taken by another run in between. */
const WAIT_MS_MIN = 250

/**
 * A send that has begun is not aborted when its run is: what the receiver has accepted must be stored, or it would get it
 * again. It has a deadline of its own.
 */
const NEVER = new AbortController().signal

export interface NotifyInput {
  receiver_id: string
  group_id: string
  notification_id: string
}

export interface DeliveryDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  receivers: Pick<Receivers, 'byId' | 'send'>
  metrics: NotificationMetrics
  log: Log
  publicUrl: string | undefined
  /** Lets what waits for a receiver go on. */
  wake(receiver: { id: string }): Promise<void>
  /** Called when a receiver has recovered. */
  onRecovered(receiver: { tenantId: string; id: string }): Promise<void>
}

/**
 * Sends notifications. Those of one group and receiver go one after another, in the order in which they were decided:
 * only the first of them can be claimed. After a crash it is sent again with the same key, before any other.
 */
export class Delivery {
  private readonly slots = new Slots()
  private readonly sending = new Set<Promise<void>>()

  constructor(private readonly deps: DeliveryDeps) {}

  /** A run of a `notify` job. @throws RunLater until its notification has ended */
  async deliver(run: Run, input: NotifyInput): Promise<NotifyResult> {
    const { tenantId } = run
    const [receiver, hasEnded] = await Promise.all([
      this.deps.receivers.byId(tenantId, input.receiver_id),
      this.hasEnded(run, input),
    ])
    const isFailing = receiver?.failingSince != null
    if (hasEnded) return this.result(run, input)
    if (!this.slots.take(input.receiver_id, isFailing))
      throw new RunLater(spread(isFailing ? BUSY_FAILING_MS : BUSY_MS))
    try {
      await this.sendDue(run, input, receiver)
    } finally {
      this.slots.giveBack(input.receiver_id)
    }
    return this.result(run, input, receiver)
  }

  private async hasEnded({ tenantId }: Run, { notification_id }: NotifyInput) {
    return (await findState(this.deps.db, tenantId, notification_id))?.status !== 'pending'
  }

  /** What has become of the notification of a job. @throws RunLater while it waits */
  private async result(
    { tenantId }: Run,
    { notification_id }: NotifyInput,
    receiver?: StoredReceiver,
  ): Promise<NotifyResult> {
    const state = await findState(this.deps.db, tenantId, notification_id)
    if (!state) return { status: 'gone', receiver: null, error: null }
    if (state.status === 'pending') {
      const isDisabled = receiver?.enabled === false
      throw new RunLater(isDisabled ? spread(DISABLED_MS) : Math.max(WAIT_MS_MIN, state.wait_ms ?? 0))
    }
    return { status: state.status, receiver: state.receiver, error: state.attempts.at(-1)?.error ?? null }
  }

  /** Sends what is due: first that of the group, then whatever else waits for the receiver. */
  private async sendDue(run: Run, input: NotifyInput, receiver: StoredReceiver | undefined) {
    for (let sent = 0; sent < SENDS_MAX; sent++) {
      run.signal.throwIfAborted()
      const createdBefore = receiver?.enabled === false ? new Date(Date.now() - LIFE_MS) : null
      const request = { receiverId: input.receiver_id, groupId: input.group_id, leaseMs: LEASE_MS, createdBefore }
      const claimed = await claimNext(this.deps.db, request)
      if (!claimed) return
      await this.tracked(this.sendOne(run, claimed, receiver))
    }
  }

  private tracked(work: Promise<void>): Promise<void> {
    const settled = work.finally(() => this.sending.delete(settled))
    this.sending.add(settled)
    return settled
  }

  /** Resolves when everything that is being sent has been stored. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.sending)
  }

  private async sendOne(run: Run, claimed: Claimed, receiver: StoredReceiver | undefined) {
    const startedAt = new Date()
    const refusal = refusalOf(receiver)
    const outcome = refusal ?? (await this.send(claimed, receiver))
    const item = { claimed, startedAt, endedAt: new Date(), outcome, wasTried: !refusal }
    const recorded = await this.deps.streams.commit(outcomeEffect, item)
    await this.log(run, item, recorded)
    if (recorded && receiver && item.wasTried) await this.follow(receiver, item, recorded)
  }

  private async send(claimed: Claimed, receiver: StoredReceiver | undefined): Promise<SendOutcome> {
    const { receivers, publicUrl, log } = this.deps
    const { key, incident_id } = claimed
    const link = publicUrl && incident_id ? `${publicUrl}/incidents/${incident_id}` : undefined
    try {
      if (!receiver || key === null) throw new Error('A notification without a receiver or a key cannot be sent')
      const message: Message = JSON.parse(claimed.message)
      return await receivers.send(receiver, { key, message, link }, NEVER)
    } catch (error) {
      log.error('A notification could not be sent because of a fault', { notification_id: claimed.id, error })
      return { ok: false, statusCode: null, error: messageOf(error), isFinal: false }
    }
  }

  private log(run: Run, { claimed, outcome }: OutcomeItem, recorded: Recorded | null) {
    const facts = { data: { notification_id: claimed.id, attempt: claimed.attempt_count } }
    const name = claimed.receiver ?? 'a receiver that was deleted'
    if (outcome.ok) return run.log.info(`Sent to ${name}`, facts)
    const next = recorded?.nextAt ? `; next attempt at ${recorded.nextAt.toISOString()}` : ''
    return run.log.warn(`Not delivered to ${name}: ${outcome.error}${next}`, facts)
  }

  /** Counts, and lets what waits for a receiver go on when it has recovered. */
  private async follow(receiver: StoredReceiver, { claimed, endedAt, outcome }: OutcomeItem, recorded: Recorded) {
    const { metrics, wake, onRecovered, log } = this.deps
    const counted = recorded.status === 'pending' ? 'retry' : recorded.status
    metrics.count(receiver.type, counted, endedAt.getTime() - claimed.created_at.getTime())
    if (!outcome.ok || !recorded.hasFailed) return
    try {
      await wake(receiver)
      await onRecovered(receiver)
    } catch (error) {
      // the notification itself has been dealt with
      log.warn('Cannot go on with what waits for a receiver', { receiver_id: receiver.id, error: messageOf(error) })
    }
  }
}

/** Why a receiver is not asked at all. */
function refusalOf(receiver: StoredReceiver | undefined): SendOutcome | undefined {
  if (receiver?.enabled) return undefined
  const error = receiver ? 'The receiver has been disabled for a day' : 'The receiver was deleted'
  return { ok: false, statusCode: null, error, isFinal: true }
}

/** Between a half and the whole. */
const spread = (ms: number) => ms * (0.5 + Math.random() / 2)
