import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Refused } from '../../base/failure'
import type { Secured } from '../../base/handshake'
import { countBody, type HttpAsk, send } from '../../base/http'
import type { Outbound } from '../../base/outbound'
import { type HttpOutcome, type TlsFacts, tlsFacts } from './outcome'
import { isRefused, type Phases, type Trace } from './phases'

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
 * @returns the response and the way to end it
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
    () => connectFirst(addresses, port, deps),
    socket => `connected to ${socket.remoteAddress} port ${port}`,
  )
  try {
    const socket = protocol === 'https:' ? await secure(raw, ask, hop, outcome, deps) : raw
    const response = await phases.run(
      'first_byte',
      hop,
      mark => send(socket, ask, signal, mark),
      head => `${ask.method} was answered ${head.statusCode} ${head.statusMessage ?? ''}`.trimEnd(),
    )
    return { response, close: () => raw.destroy() }
  } catch (error) {
    raw.destroy()
    throw error
  }
}

/** Reads the body of the last response. */
export async function readBody(response: IncomingMessage, hop: number, outcome: HttpOutcome, deps: VisitDeps) {
  const body = await deps.phases.run(
    'transfer',
    hop,
    () => countBody(response, BODY_BYTES_MAX, deps.signal),
    ({ bytes, truncated }) => `${bytes} bytes${truncated ? ' read, and more was there' : ''}`,
  )
  outcome.bytes = body.bytes
  outcome.truncated = body.truncated
}

/**
 * One address after the other, never two at once: a racing client would hide a host of which one half is dead.
 * Only an immediate refusal leads to the next address; a silent one uses up the deadline.
 */
async function connectFirst(addresses: string[], port: number, deps: VisitDeps): Promise<Socket | Refused> {
  const [first = '', ...others] = addresses.slice(0, ADDRESSES_MAX)
  let result = await deps.outbound.connect(first, port, deps.signal)
  for (const address of others) {
    if (!isRefused(result) || deps.signal.aborted) break
    await deps.trace.log('warn', `${result.error.message}; trying ${address}`, { code: result.error.code })
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
        await tellCertificate(outcome.tls, deps.trace)
      }
      return result
    },
    ({ protocol, cipher }) => `${protocol} with ${cipher}`,
  )
  return secured.socket
}

function tellCertificate(tls: TlsFacts, trace: Trace) {
  const level = tls.days_left < DAYS_LEFT_MIN ? 'warn' : 'info'
  const dates = `good until ${tls.expires_at.slice(0, 10)} (${tls.days_left} days left)`
  return trace.log(level, `certificate of "${tls.subject}" by "${tls.issuer}", ${dates}`, { ...tls })
}
