import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseCookie, stringifySetCookie } from 'cookie'

const SECRET_LENGTH_MAX = 1024

/**
 * The cookie that holds a session. Cookies are shared by all ports of a host (RFC 6265 section 8.5), so its name tells
 * installations apart; and it is the same in all web processes of one, on whatever ports they listen.
 */
export class SessionCookie {
  #name: string | undefined

  /** @param secure sent over HTTPS only; its name then keeps other hosts of the domain from setting it */
  constructor(private readonly secure: boolean) {}

  /** @param installation what no other installation on this host has, and all processes of this one */
  nameFor(installation: string) {
    this.#name = `${this.secure ? '__Host-' : ''}tailrace_${installation}`
  }

  /** @throws Error before `nameFor` */
  get name(): string {
    if (!this.#name) throw new Error('The session cookie has no name yet')
    return this.#name
  }

  /** The secret that a request came with. */
  read(req: IncomingMessage): string | undefined {
    const secret = req.headers.cookie && parseCookie(req.headers.cookie)[this.name]
    return secret && secret.length <= SECRET_LENGTH_MAX ? secret : undefined
  }

  /** Keeps a session in the browser, or with the age 0 takes it away. */
  set(res: ServerResponse, secret: string, maxAgeSeconds: number) {
    const cookie = stringifySetCookie({
      name: this.name,
      value: secret,
      httpOnly: true,
      sameSite: 'lax',
      secure: this.secure,
      path: '/',
      maxAge: maxAgeSeconds,
    })
    res.setHeader('Set-Cookie', cookie)
  }
}
