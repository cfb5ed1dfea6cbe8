import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { z } from 'zod'
import type { agentFacts } from '../../src/contract/agent-protocol'
import { Backoff } from '../backoff'
import { pause } from '../deadline'
import { messageOf } from '../failure'
import { Condition, type Say } from '../log'
import { Identity, keyPairIn, saveIdentity } from './identity'

export type Facts = z.output<typeof agentFacts>

const TIMEOUT_MS = 20_000
const BACKOFF_MS = { first: 2_000, most: 60_000 }
const BODY_CHARS_MAX = 64 * 1024

/** The server has refused, and asking again would not help. */
export class EnrollError extends Error {
  override name = 'EnrollError'
}

interface Needs {
  url: string
  /** Certificates of authorities, PEM. */
  ca?: string[] | undefined
  token: string
  folder: string
  facts: Facts
  say: Say
  signal: AbortSignal
}

/**
 * Exchanges the token for an identity. Tries until the server answers.
 * @returns undefined if it was told to stop
 * @throws EnrollError
 */
export async function enroll(needs: Needs): Promise<Identity | undefined> {
  const { folder, say, signal } = needs
  const backoff = new Backoff(BACKOFF_MS.first, BACKOFF_MS.most)
  const condition = new Condition(say, 'The server answers.')
  const { publicKey, privateKey } = await keyPairIn(folder)
  while (!signal.aborted) {
    const { status, body, retryAfterMs } = await post(
      needs,
      JSON.stringify({ public_key: publicKey, facts: needs.facts }),
    )
    if (status >= 200 && status < 300) {
      await saveIdentity(folder, JSON.parse(body), privateKey)
      return Identity.load(folder)
    }
    if (status >= 400 && status < 500 && status !== 429 && status !== 408)
      throw new EnrollError(`The server did not accept the enrolment (${status}): ${detailOf(body)}`)
    condition.bad(
      `The agent cannot enrol yet: ${status ? `the server answered with ${status}` : body}. It tries again.`,
    )
    await pause(Math.max(backoff.next(), retryAfterMs), signal)
  }
  return undefined
}

interface Answer {
  /** 0 if there is none; then the body says why. */
  status: number
  body: string
  retryAfterMs: number
}

function post({ url, ca, token, signal }: Needs, text: string): Promise<Answer> {
  return new Promise(resolve => {
    const failed = (error: unknown) => resolve({ status: 0, body: messageOf(error), retryAfterMs: 0 })
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const sent = send(
      `${url}/api/agents/enroll`,
      {
        method: 'POST',
        ...{ ca, signal, timeout: TIMEOUT_MS, agent: false },
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
        },
      },
      response => {
        let body = ''
        response.setEncoding('utf8').on('data', chunk => {
          if (body.length < BODY_CHARS_MAX) body += chunk
        })
        const retryAfterMs = Math.min(600, Number(response.headers['retry-after']) || 0) * 1_000
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, retryAfterMs }))
        response.on('error', failed)
      },
    )
    sent.on('error', failed)
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.end(text)
  })
}

function detailOf(body: string): string {
  try {
    const { detail, title } = JSON.parse(body)
    return String(detail ?? title ?? '').slice(0, 500)
  } catch {
    return body.slice(0, 200)
  }
}
