import type { Socket } from 'node:net'
import { FailureError } from '../../../base/failure'
import { Incoming } from '../incoming'
import { quoted } from '../quoted'

const BYTES_MAX = 64 * 1024
const LINES_MAX = 200
const LINE_FEED = 0x0a

/** A conversation in plain text before TLS. Whatever goes wrong is a `FailureError`. */
export class Dialogue {
  private readonly incoming: Incoming
  private lines = 0

  constructor(
    private readonly socket: Socket,
    signal: AbortSignal,
  ) {
    this.incoming = new Incoming(socket, signal, BYTES_MAX)
  }

  /** The address of this end, for greetings. */
  get localAddress() {
    return this.socket.localAddress ?? ''
  }

  write(bytes: Buffer) {
    this.socket.write(bytes)
  }

  send(line: string) {
    this.socket.write(`${line}\r\n`)
  }

  /** The next bytes, as many as were asked for. */
  async bytes(count: number): Promise<Buffer> {
    const found = await this.incoming.until(received =>
      received.length < count ? undefined : received.subarray(0, count),
    )
    if (!found) throw this.ended()
    this.incoming.take(count)
    return found
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    const end = await this.incoming.until(received => {
      const at = received.indexOf(LINE_FEED)
      return at < 0 ? undefined : at
    })
    if (end === undefined) throw this.ended()
    if (++this.lines > LINES_MAX) throw unexpected(`The server sent more than ${LINES_MAX} lines before TLS`)
    const text = this.incoming.received.subarray(0, end).toString().replace(/\r$/, '')
    this.incoming.take(end + 1)
    return text
  }

  /**
   * A reply of SMTP (RFC 5321 section 4.2.1) or FTP (RFC 959 section 4.2): a line with a code, or several lines up to
   * one with the same code and a space.
   */
  async reply(): Promise<{ code: number; lines: string[] }> {
    const first = await this.line()
    const [, code, mark] = /^(\d{3})([ -]|$)/.exec(first) ?? []
    if (!code) throw unexpected(`The server does not speak the protocol: it said ${quoted(first)}`)
    const lines = [first]
    if (mark === '-') {
      do lines.push(await this.line())
      while (lines.at(-1) !== code && !lines.at(-1)?.startsWith(`${code} `))
    }
    return { code: Number(code), lines }
  }

  /**
   * Ends the conversation. What the server has sent too much was not encrypted, and could have been put there by
   * somebody else, who would have it read as if it was.
   */
  finish() {
    if (this.incoming.received.length) throw unexpected('The server sent more after it agreed to TLS, unencrypted')
  }

  private ended() {
    return this.incoming.isFull
      ? unexpected('The server sent a line that does not end')
      : unexpected('The server closed the connection before TLS')
  }
}

/** What the server said does not belong to the protocol, or is a refusal to talk at all. */
export const unexpected = (message: string) => new FailureError({ code: 'greeting_unexpected', message })

/** The server knows the protocol, but not how to change to TLS. */
export const unsupported = (message: string) => new FailureError({ code: 'starttls_unsupported', message })
