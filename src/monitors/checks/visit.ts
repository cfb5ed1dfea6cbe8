import type { Socket } from 'node:net'
import type { Refused } from '../../base/failure'
import type { Secured } from '../../base/handshake'
import { countBody, type HttpAnswer, type HttpAsk, type Notes, send } from '../../base/http'
import type { Outbound } from '../../base/outbound'
import { type HttpOutcome, type TlsFacts, tlsFacts } from './outcome'
import { isRefused, type Phases, type Trace } from './phases'
import { warn } from './warnings'

/** A body is read so far and no further: enough to see that the server delivers. */
const BODY_BYTES_MAX = 1024 * 1024
/** A name with more addresses is not tried to the end. */
const ADDRESSES_MAX = 4
/** Certificates that end sooner are told as a warning. */
const DAYS_LEFT_MIN = 21

export interface VisitDeps {
  outbound: Outbound
  /** Carries the deadline of the whole check. */
  signal: AbortSignal
  trace: Trace
  phases: Phases
}

/**
 * Asks one address over a fresh connection, as far as the head of its response.
 * @param hop how many redirects came before
 * @param outcome gets the TLS facts, also when they are why this fails
 * @returns the answer and the way to end it
 * @throws Down when any phase fails
 */
export async function visit(ask: HttpAsk, hop: number, outcome: HttpOutcome, deps: VisitDeps) {
  const { outbound, signal, phases } = deps
  const { hostname, protocol } = ask.url
  const addresses = await phases.run(
    'dns',
    hop,
    () => outbound.resolve(hostname, signal),
    found => `${hostname} is at ${found.join(', ')}`,
  )
  const port = Number(ask.url.port || (protocol === 'https:' ? 443 : 80))
  const raw = await phases.run(
    'connect',
    hop,
    () => connectFirst(addresses, port, outcome, deps),
    socket => `connected to ${socket.remoteAddress} port ${port}`,
  )
  try {
    const socket = protocol === 'https:' ? await secure(raw, ask, hop, outcome, deps) : raw
    const answer = await phases.run(
      'first_byte',
      hop,
      mark => send(socket, ask, signal, mark),
      ({ response }) => `${ask.method} was answered ${response.statusCode} ${reasonOf(response)}`.trimEnd(),
    )
    await tellNotes(answer.notes, outcome, deps.trace)
    return { answer, close: () => raw.destroy() }
  } catch (error) {
    raw.destroy()
    throw error
  }
}

/** Reads the body of the last response. */
export async function readBody(answer: HttpAnswer, hop: number, outcome: HttpOutcome, deps: VisitDeps) {
  try {
    const body = await deps.phases.run(
      'transfer',
      hop,
      () => countBody(answer, BODY_BYTES_MAX, deps.signal),
      ({ bytes, truncated }) => `${bytes} bytes${truncated ? ' read, and more was there' : ''}`,
    )
    outcome.bytes = body.bytes
    outcome.truncated = body.truncated
  } finally {
    await tellNotes(answer.notes, outcome, deps.trace)
  }
}

async function tellNotes(notes: Notes, outcome: HttpOutcome, trace: Trace) {
  for (const warning of notes.take()) await warn(warning, outcome, trace)
}

/** Phrases arrive as bytes; most servers that go beyond ASCII send UTF-8. */
const reasonOf = ({ statusMessage = '' }: HttpAnswer['response']) => {
  const text = Buffer.from(statusMessage, 'latin1').toString()
  return text.includes('\ufffd') ? statusMessage : text
}

/**
 * One address after the other, never two at once: a racing client would hide a host of which one half is dead.
 * Only an immediate refusal leads to the next address; a silent one uses up the deadline.
 */
async function connectFirst(
  addresses: string[],
  port: number,
  outcome: HttpOutcome,
  deps: VisitDeps,
): Promise<Socket | Refused> {
  const [first = '', ...others] = addresses.slice(0, ADDRESSES_MAX)
  let result = await deps.outbound.connect(first, port, deps.signal)
  for (const address of others) {
    if (!isRefused(result) || deps.signal.aborted) break
    const message = `${result.error.message}; trying ${address}`
    await warn({ code: 'address_failed', message }, outcome, deps.trace, { reason: result.error.code })
    result = await deps.outbound.connect(address, port, deps.signal)
  }
  return result
}

async function secure(raw: Socket, ask: HttpAsk, hop: number, outcome: HttpOutcome, deps: VisitDeps) {
  const secured = await deps.phases.run<Secured>(
    'tls',
    hop,
    async () => {
      const result = await deps.outbound.secure(raw, ask.url.hostname, deps.signal)
      if (result.certificate) {
        outcome.tls = tlsFacts(result.certificate, result.protocol, result.cipher)
        await tellCertificate(outcome.tls, outcome, deps.trace)
      }
      return result
    },
    ({ protocol, cipher }) => `${protocol} with ${cipher}`,
  )
  return secured.socket
}

function tellCertificate(tls: TlsFacts, outcome: HttpOutcome, trace: Trace) {
  const dates = `good until ${tls.expires_at.slice(0, 10)} (${tls.days_left} days left)`
  const message = `certificate of "${tls.subject}" by "${tls.issuer}", ${dates}`
  if (!tls.valid || tls.days_left >= DAYS_LEFT_MIN) return trace.log('info', message, { ...tls })
  return warn({ code: 'certificate_expires_soon', message }, outcome, trace, { ...tls })
}
