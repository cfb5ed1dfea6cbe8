import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseCookie, stringifySetCookie } from 'cookie'

const SECRET_LENGTH_MAX = 1024

/**
 * The cookie that holds a session. All ports of a host share their cookies (RFC 6265 section 8.5), so the name contains
 * an id of the installation, which is the same in all its web processes, whatever their ports.
 */
export class SessionCookie {
  #name: string | undefined

  /**
   * @param secure sent over HTTPS only; its name then has a prefix that keeps other hosts of the domain from setting
   *   it
   */
  constructor(private readonly secure: boolean) {}

  /** @param id unique among the installations on this host */
  setInstallation(id: string) {
    this.#name = `${this.secure ? '__Host-' : ''}tailrace_${id}`
  }

  /** @throws Error before `setInstallation` */
  get name(): string {
    if (!this.#name) throw new Error('The session cookie has no name yet')
    return this.#name
  }

  /** The session's secret in a request. */
  read(req: Pick<IncomingMessage, 'headers'>): string | undefined {
    const secret = req.headers.cookie && parseCookie(req.headers.cookie)[this.name]
    return secret && secret.length <= SECRET_LENGTH_MAX ? secret : undefined
  }

  /** @param maxAgeSeconds 0 deletes the cookie */
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
