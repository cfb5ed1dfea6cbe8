import type { Socket } from 'node:net'
import { createTransport } from 'nodemailer'
import { deadline } from '../../base/deadline'
import { messageOf } from '../../base/errors'
import { refusalOf } from '../../base/failure'
import type { Outbound } from '../../base/outbound'
import { reach } from '../../base/reach'
import type { ReceiverSettings } from '../../contract/receivers'
import { htmlOf, textOf } from './email-text'
import { type Notice, titleOf } from './notice'
import { failedSend, refusedSend, type SendOutcome } from './outcome'

/** Mail servers may take their time before they accept. */
const DEADLINE_MS = 20_000

type EmailSettings = ReceiverSettings['email']

/**
 * Sends a mail over a connection that the guard opened. A server that refuses for good (5xx) is not asked again; one
 * that asks for patience (4xx), or does not answer, is.
 * @throws the reason of an aborted `signal`
 */
export async function sendEmail(
  outbound: Outbound,
  settings: EmailSettings,
  notice: Notice,
  parent: AbortSignal,
): Promise<SendOutcome> {
  const { host, port, security } = settings
  const limit = deadline(parent, DEADLINE_MS)
  try {
    const socket = await reach(outbound, { host, port, isSecure: security === 'tls' }, limit.signal)
    if ('error' in socket) return refusedSend(socket.error)
    return await sendOver(socket, outbound, settings, notice, limit.signal)
  } finally {
    limit.end()
  }
}

async function sendOver(
  socket: Socket,
  outbound: Outbound,
  settings: EmailSettings,
  notice: Notice,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const abort = () => socket.destroy(new Error('The server did not answer in time'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    const { response } = await createTransport(transportOf(socket, outbound, settings)).sendMail(
      mailOf(settings, notice),
    )
    return { ok: true, statusCode: codeIn(response) }
  } catch (error) {
    if (signal.aborted) return refusedSend(refusalOf(error, 'transfer', signal).error)
    return outcomeOf(error)
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

function transportOf(connection: Socket, outbound: Outbound, settings: EmailSettings) {
  const { host, port, username, password, security } = settings
  return {
    host,
    port,
    connection,
    secure: security === 'tls',
    /** The handshake is done. */
    secured: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { secureContext: outbound.secureContext },
    ...(username !== undefined && { auth: { user: username, pass: password ?? '' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    greetingTimeout: DEADLINE_MS,
    socketTimeout: DEADLINE_MS,
  }
}

function mailOf({ from, to }: EmailSettings, notice: Notice) {
  return {
    from,
    to,
    subject: titleOf(notice),
    text: textOf(notice),
    html: htmlOf(notice),
    // by which mail programs recognize a mail that came twice
    messageId: `<${notice.key}@${from.split('@').at(-1)}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Tailrace-Key': notice.key },
  }
}

function outcomeOf(error: unknown): SendOutcome {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown }
  const message = messageOf(error)
  if (typeof responseCode !== 'number') return failedSend(message, { isFinal: code === 'EAUTH' })
  return failedSend(message, { statusCode: responseCode, isFinal: responseCode >= 500 })
}

/** `250 2.0.0 Ok` begins with the code. */
const codeIn = (response: string) => Number(/^\d{3}/.exec(response)?.[0] ?? 250)
