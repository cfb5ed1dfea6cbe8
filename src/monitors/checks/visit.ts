import type { Socket } from 'node:net'
import {
  type BodyLimits,
  type HttpRequest,
  type HttpResponse,
  type Notes,
  readBody,
  send,
  sendHttp2,
} from '../../base/http'
import type { ClientIdentity } from '../../base/secure-contexts'
import type { Attempt } from './attempt'
import { type Family, openConnection } from './connect'
import { headerText } from './headers'
import type { HttpFindings } from './outcome'
import { secure } from './secure'
import { warn } from './warnings'

/** How requests are sent. */
export interface Manner {
  family: Family
  /** HTTP/2 is spoken over TLS only, as browsers do. */
  version: '1.1' | '2'
  /** Otherwise, what is wrong with a certificate is only a warning. */
  verifyTls: boolean
  /** Presented to servers of this origin only. */
  identity?: ClientIdentity & { origin: string }
}

/**
 * Sends one request over a new connection and reads the head of the response.
 * @param hop the number of redirects before this request
 * @returns the response, and a function that closes the connection
 * @throws Down if a phase fails
 */
export async function visit(request: HttpRequest, manner: Manner, hop: number, found: HttpFindings, attempt: Attempt) {
  const { hostname, protocol, port } = request.url
  const isSecure = protocol === 'https:'
  const destination = { host: hostname, port: Number(port || (isSecure ? 443 : 80)) }
  const raw = await openConnection(destination, manner.family, attempt, hop)
  found.version = isSecure ? manner.version : '1.1'
  try {
    const socket = isSecure ? await secureFor(raw, request, manner, hop, attempt) : raw
    const answer = await attempt.phases.run(
      'first_byte',
      hop,
      mark =>
        found.version === '2'
          ? sendHttp2(socket, request, attempt.signal)
          : send(socket, request, attempt.signal, mark),
      ({ response }) =>
        `${request.method} was answered ${response.statusCode} ${headerText(response.statusMessage ?? '')}`.trimEnd(),
    )
    await logNotes(answer.notes, attempt)
    return { answer, close: () => raw.destroy() }
  } catch (error) {
    raw.destroy()
    throw error
  }
}

async function secureFor(raw: Socket, { url }: HttpRequest, manner: Manner, hop: number, attempt: Attempt) {
  const { version, verifyTls, identity } = manner
  const options = {
    alpn: [version === '2' ? 'h2' : 'http/1.1'],
    keepUntrusted: !verifyTls,
    ...(identity?.origin === url.origin && { identity }),
  }
  const { socket, facts } = await secure(raw, url.hostname, options, attempt, hop)
  if (facts.problems.length) {
    const message = facts.problems.map(problem => problem.message).join('; ')
    await warn({ code: 'certificate_not_trusted', message }, attempt.outcome, attempt.trace)
  }
  return socket
}

/** Reads the body of the last response. */
export async function readLast(
  answer: HttpResponse,
  limits: BodyLimits,
  hop: number,
  found: HttpFindings,
  attempt: Attempt,
) {
  try {
    const body = await attempt.phases.run(
      'transfer',
      hop,
      () => readBody(answer, limits, attempt.signal),
      ({ bytes, truncated }) => `${bytes} bytes${truncated ? ' read, the rest was ignored' : ''}`,
    )
    Object.assign(found, body)
  } finally {
    await logNotes(answer.notes, attempt)
  }
}

async function logNotes(notes: Notes, { outcome, trace }: Attempt) {
  for (const warning of notes.take()) await warn(warning, outcome, trace)
}
