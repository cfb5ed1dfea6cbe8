import type { Socket } from 'node:net'
import type { Refused } from '../../base/failure'
import type { Secured } from '../../base/handshake'
import { countBody, type HttpRequest, type HttpResponse, type Notes, send } from '../../base/http'
import type { Outbound } from '../../base/outbound'
import { type HttpOutcome, type TlsFacts, tlsFacts } from './outcome'
import { isRefused, type Phases, type Trace } from './phases'
import { warn } from './warnings'

/** How much of a body is read: enough to see that the server delivers it. */
const BODY_BYTES_MAX = 1024 * 1024
/** Max addresses of a name that are tried. */
const ADDRESSES_MAX = 4
/** Certificates that expire sooner cause a warning. */
const DAYS_LEFT_MIN = 21

export interface VisitDeps {
  outbound: Outbound
  /** Aborted at the deadline of the whole check. */
  signal: AbortSignal
  trace: Trace
  phases: Phases
}

/**
 * Sends one request over a new connection and reads the head of the response.
 * @param hop the number of redirects before this request
 * @param outcome receives the TLS facts, also if they are why this fails
 * @returns the response, and a function that closes the connection
 * @throws Down if a phase fails
 */
export async function visit(request: HttpRequest, hop: number, outcome: HttpOutcome, deps: VisitDeps) {
  const { outbound, signal, phases } = deps
  const { hostname, protocol } = request.url
  const addresses = await phases.run(
    'dns',
    hop,
    () => outbound.resolve(hostname, signal),
    found => `${hostname} is at ${found.join(', ')}`,
  )
  const port = Number(request.url.port || (protocol === 'https:' ? 443 : 80))
  const raw = await phases.run(
    'connect',
    hop,
    () => connectFirst(addresses, port, outcome, deps),
    socket => `connected to ${socket.remoteAddress} port ${port}`,
  )
  try {
    const socket = protocol === 'https:' ? await secure(raw, request, hop, outcome, deps) : raw
    const answer = await phases.run(
      'first_byte',
      hop,
      mark => send(socket, request, signal, mark),
      ({ response }) => `${request.method} was answered ${response.statusCode} ${reasonOf(response)}`.trimEnd(),
    )
    await logNotes(answer.notes, outcome, deps.trace)
    return { answer, close: () => raw.destroy() }
  } catch (error) {
    raw.destroy()
    throw error
  }
}

/** Reads the body of the last response. */
export async function readBody(answer: HttpResponse, hop: number, outcome: HttpOutcome, deps: VisitDeps) {
  try {
    const body = await deps.phases.run(
      'transfer',
      hop,
      () => countBody(answer, BODY_BYTES_MAX, deps.signal),
      ({ bytes, truncated }) => `${bytes} bytes${truncated ? ' read, the rest was ignored' : ''}`,
    )
    outcome.bytes = body.bytes
    outcome.truncated = body.truncated
  } finally {
    await logNotes(answer.notes, outcome, deps.trace)
  }
}

async function logNotes(notes: Notes, outcome: HttpOutcome, trace: Trace) {
  for (const warning of notes.take()) await warn(warning, outcome, trace)
}

/** The reason phrase arrives as bytes, which are mostly UTF-8 if they are not ASCII. */
const reasonOf = ({ statusMessage = '' }: HttpResponse['response']) => {
  const text = Buffer.from(statusMessage, 'latin1').toString()
  return text.includes('\ufffd') ? statusMessage : text
}

/**
 * Tries one address after another, never two at once: racing them would hide that some are dead. Only an immediate
 * failure leads to the next address; one that does not respond uses up the deadline.
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

async function secure(raw: Socket, request: HttpRequest, hop: number, outcome: HttpOutcome, deps: VisitDeps) {
  const secured = await deps.phases.run<Secured>(
    'tls',
    hop,
    async () => {
      const result = await deps.outbound.secure(raw, request.url.hostname, deps.signal)
      if (result.certificate) {
        outcome.tls = tlsFacts(result.certificate, result.protocol, result.cipher)
        await logCertificate(outcome.tls, outcome, deps.trace)
      }
      return result
    },
    ({ protocol, cipher }) => `${protocol} with ${cipher}`,
  )
  return secured.socket
}

function logCertificate(tls: TlsFacts, outcome: HttpOutcome, trace: Trace) {
  const dates = `valid until ${tls.expires_at.slice(0, 10)} (${tls.days_left} days left)`
  const message = `certificate of "${tls.subject}" by "${tls.issuer}", ${dates}`
  if (!tls.valid || tls.days_left >= DAYS_LEFT_MIN) return trace.log('info', message, { ...tls })
  return warn({ code: 'certificate_expires_soon', message }, outcome, trace, { ...tls })
}
