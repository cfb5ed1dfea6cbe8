import { decoded, parseUrl } from './server-url'

/** What `pg` knows. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/**
 * Checks `postgres://user:password@host:port/database?options`.
 * @throws Error that says in one sentence what is wrong, without any part of the text: it may hold a password
 */
export function checkDatabaseUrl(text: string): void {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new Error('must start with postgres:// or postgresql://')
  // postgres://user@/database?host=/folder: libpq's form for a Unix socket, which is no URL
  const { hostname, port, pathname, username, password, searchParams } = parseUrl(text.replace('@/', '@socket/'))
  if (!hostname && !searchParams.get('host')) throw new Error('names no host')
  if (hostname.includes(',') || text.split('@').length > 2)
    throw new Error('must name one host, and an @ in user name or password must be written as %40')
  if (port === '0') throw new Error('has the port 0; ports are 1 to 65535')
  if (decoded(pathname, '').length < 2) throw new Error('names no database: add /name after the host')
  for (const part of [username, password]) decoded(part, '')
  const mode = searchParams.get('sslmode')
  if (mode && !SSL_MODES.includes(mode)) throw new Error(`sslmode must be one of ${SSL_MODES.join(', ')}`)
}

/**
 * The address for `pg`, which checks the certificate and the name in the weaker modes as well, but warns of them at
 * length; with `uselibpqcompat` they mean what they do elsewhere.
 */
export const connectionString = (url: string) =>
  /[?&]uselibpqcompat=/.test(url)
    ? url
    : url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
