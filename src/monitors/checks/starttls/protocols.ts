import { isIPv6 } from 'node:net'
import type { MonitorSettings } from '../../../contract/monitor-settings'
import { quoted } from '../quoted'
import { type Dialogue, unexpected, unsupported } from './dialogue'

/** Protocols that begin in plain text and change to TLS. */
export type StartTls = NonNullable<MonitorSettings['tcp']['protocol']>

/** How each of them does that. Resolves when the next bytes belong to TLS. */
export const protocols: Record<StartTls, (dialogue: Dialogue) => Promise<void>> = { smtp, imap, pop3, ftp, postgres }

/** RFC 3207; EHLO with an address is RFC 5321 section 4.1.3. */
async function smtp(dialogue: Dialogue) {
  await expectCode(dialogue, 220, 'greeted with')
  const { localAddress } = dialogue
  dialogue.send(`EHLO [${isIPv6(localAddress) ? `IPv6:${localAddress}` : localAddress}]`)
  const lines = await expectCode(dialogue, 250, 'answered EHLO with')
  if (!lines.some(line => /^250[ -]STARTTLS\s*$/i.test(line))) throw unsupported('The server does not offer STARTTLS')
  dialogue.send('STARTTLS')
  await expectAgreement(dialogue, 220)
}

/** RFC 4217 section 4; 120 announces that the server is ready later (RFC 959 section 5.4). */
async function ftp(dialogue: Dialogue) {
  let greeting = await dialogue.reply()
  while (greeting.code === 120) greeting = await dialogue.reply()
  if (greeting.code !== 220) throw unexpected(`The server greeted with ${quoted(greeting.lines[0] ?? '')}`)
  dialogue.send('AUTH TLS')
  await expectAgreement(dialogue, 234)
}

/** RFC 9051 sections 6.2.1 and 7.1: `PREAUTH` is too late for TLS, `BYE` is a refusal. */
async function imap(dialogue: Dialogue) {
  const greeting = await dialogue.line()
  if (/^\* PREAUTH\b/i.test(greeting)) throw unsupported('The server takes us for signed in, which is too late for TLS')
  if (!/^\* OK\b/i.test(greeting)) throw unexpected(`The server greeted with ${quoted(greeting)}`)
  dialogue.send('a1 STARTTLS')
  let answer = await dialogue.line()
  while (answer.startsWith('* ')) answer = await dialogue.line()
  if (!/^a1 OK\b/i.test(answer)) throw unsupported(`The server refused STARTTLS: ${quoted(answer)}`)
}

/** RFC 2595 section 4. */
async function pop3(dialogue: Dialogue) {
  const greeting = await dialogue.line()
  if (!greeting.startsWith('+OK')) throw unexpected(`The server greeted with ${quoted(greeting)}`)
  dialogue.send('STLS')
  const answer = await dialogue.line()
  if (!answer.startsWith('+OK')) throw unsupported(`The server refused STLS: ${quoted(answer)}`)
}

/** The `SSLRequest` message, and its answer of one letter: PostgreSQL, "Message Formats" and "SSL Session Encryption". */
async function postgres(dialogue: Dialogue) {
  const request = Buffer.alloc(8)
  request.writeUInt32BE(8)
  request.writeUInt32BE(80_877_103, 4)
  dialogue.write(request)
  const answer = (await dialogue.bytes(1)).toString('latin1')
  if (answer === 'N') throw unsupported('The server does not offer TLS')
  if (answer !== 'S') throw unexpected(`The server does not speak PostgreSQL's protocol: it said ${quoted(answer)}`)
}

async function expectCode(dialogue: Dialogue, wanted: number, did: string): Promise<string[]> {
  const { code, lines } = await dialogue.reply()
  if (code !== wanted) throw unexpected(`The server ${did} ${quoted(lines[0] ?? '')}`)
  return lines
}

async function expectAgreement(dialogue: Dialogue, wanted: number) {
  const { code, lines } = await dialogue.reply()
  if (code !== wanted) throw unsupported(`The server refused TLS: ${quoted(lines[0] ?? '')}`)
}
