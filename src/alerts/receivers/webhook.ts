import { createHmac } from 'node:crypto'
import type { Outbound } from '../../base/outbound'
import type { ReceiverSettings } from '../../contract/receivers'
import { encodeMessage, truncated } from './message'
import type { Notice } from './notice'
import type { SendOutcome } from './outcome'
import { post } from './post'

export interface HttpSenderDeps {
  outbound: Outbound
  /** `Tailrace/<version>`. */
  userAgent: string
}

/** Posts Alertmanager's message, signed if the receiver has a secret. */
export function sendWebhook(
  { outbound, userAgent }: HttpSenderDeps,
  { url, secret, bearer_token, max_alerts }: ReceiverSettings['webhook'],
  { key, message, isTest }: Notice,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const body = encodeMessage(truncated(message, max_alerts))
  const headers = {
    'user-agent': userAgent,
    'idempotency-key': key,
    ...(isTest && { 'x-tailrace-test': 'true' }),
    ...(bearer_token && { authorization: `Bearer ${bearer_token}` }),
    ...(secret && { 'x-tailrace-signature': signatureOf(secret, body, Date.now()) }),
  }
  return post(outbound, { url: new URL(url), headers, body }, signal)
}

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
function signatureOf(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1_000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}
