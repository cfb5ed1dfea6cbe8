import { decoded, parseUrl } from './server-url'

/** The values `pg` supports. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/**
 * Checks `postgres://user:password@host:port/database?options`.
 * @throws Error that says what is wrong without quoting the URL, which may contain a password
 */
export function checkDatabaseUrl(text: string): void {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new Error('must start with postgres:// or postgresql://')
  // postgres://user@/database?host=/folder: libpq's form for a Unix socket, which is not a valid URL
  const { hostname, port, pathname, username, password, searchParams } = parseUrl(text.replace('@/', '@socket/'))
  if (!hostname && !searchParams.get('host')) throw new Error('has no host')
  if (hostname.includes(',') || text.split('@').length > 2)
    throw new Error('must name one host, and an @ in user name or password must be written as %40')
  if (port === '0') throw new Error('has port 0; ports are 1 to 65535')
  if (decoded(pathname, '').length < 2) throw new Error('has no database name: add /name after the host')
  for (const part of [username, password]) decoded(part, '')
  const mode = searchParams.get('sslmode')
  if (mode && !SSL_MODES.includes(mode)) throw new Error(`sslmode must be one of ${SSL_MODES.join(', ')}`)
}

/**
 * The URL for `pg`, which treats the weaker modes as `verify-full` but prints long warnings about them. With
 * `uselibpqcompat` they keep libpq's meaning.
 */
export const connectionString = (url: string) =>
  /[?&]uselibpqcompat=/.test(url)
    ? url
    : url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
