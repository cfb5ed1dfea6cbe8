import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Outbound } from '../../base/outbound'
import { reseal } from '../../base/reseal'
import type { Sealer } from '../../base/sealed'
import { sendEmail } from './email'
import type { Notice } from './notice'
import { failedSend, type SendOutcome } from './outcome'
import { findReceiver, findReceiverByName } from './receiver-store'
import { sendSlack } from './slack'
import { purposeOf, type StoredReceiver, toReceiver } from './stored-receiver'
import { sendWebhook } from './webhook'

export interface ReceiversDeps {
  db: Db
  outbound: Outbound
  sealer: Sealer
  log: Log
  /** Of the program. */
  version: string
}

/** The receivers of all tenants: finds them and sends to them. */
export class Receivers implements Part {
  readonly name = 'receivers'
  private readonly userAgent: string

  constructor(private readonly deps: ReceiversDeps) {
    this.userAgent = `Tailrace/${deps.version}`
  }

  async byName(tenantId: string, name: string): Promise<StoredReceiver | undefined> {
    const row = await findReceiverByName(this.deps.db, tenantId, name)
    return row && toReceiver(this.deps.sealer, row)
  }

  async byId(tenantId: string, id: string): Promise<StoredReceiver | undefined> {
    const row = await findReceiver(this.deps.db, tenantId, id)
    return row && toReceiver(this.deps.sealer, row)
  }

  /**
   * Sends once. Whatever the receiver or the network does is the outcome. A group fails if one of its receivers does; only
   * tests are sent to groups, notifications are stored for each receiver.
   * @throws the reason of an aborted `signal`; anything else is a bug
   */
  async send({ target, tenantId }: StoredReceiver, notice: Notice, signal: AbortSignal): Promise<SendOutcome> {
    const { outbound } = this.deps
    const http = { outbound, userAgent: this.userAgent }
    // perhaps the key is set again soon
    if ('problem' in target) return failedSend(target.problem, { isFinal: false })
    switch (target.type) {
      case 'webhook':
        return sendWebhook(http, target.settings, notice, signal)
      case 'slack':
        return sendSlack(http, target.settings, notice, signal)
      case 'email':
        return sendEmail(outbound, target.settings, notice, signal)
      case 'group':
        return this.sendToAll(tenantId, target.settings.receivers, notice, signal)
    }
  }

  private async sendToAll(tenantId: string, names: string[], notice: Notice, signal: AbortSignal) {
    const outcomes = await Promise.all(
      names.map(async (name): Promise<SendOutcome> => {
        const receiver = await this.byName(tenantId, name)
        const outcome = receiver && (await this.send(receiver, notice, signal))
        if (outcome?.ok) return outcome
        return failedSend(`${name}: ${outcome?.error ?? 'it was deleted'}`, { isFinal: outcome?.isFinal ?? true })
      }),
    )
    const failed = outcomes.flatMap(outcome => (outcome.ok ? [] : outcome))
    if (!failed.length) return { ok: true as const, statusCode: null }
    return failedSend(failed.map(({ error }) => error).join('; '), { isFinal: failed.every(each => each.isFinal) })
  }

  /** Seals secrets again that were sealed with an old key, so that it can be thrown away. */
  async start() {
    const { db, sealer, log } = this.deps
    reseal({ db, sealer, table: 'receivers', purposeOf }).catch(
      logRetryable(log, 'Cannot seal the secrets of receivers again', {}, 'warn'),
    )
  }

  async stop() {}
}
