import { decoded, parseUrl } from './server-url'

/** The parsed `REDIS_URL`. */
export interface RedisAddress {
  /** One server, or several servers of a Cluster. */
  nodes: { host: string; port: number }[]
  /** Path of a Unix socket, instead of nodes. */
  path: string | undefined
  username: string | undefined
  password: string | undefined
  /** Database number; a Cluster has only 0. */
  db: number
  tls: boolean
}

const STANDARD_PORT = 6379
const SOCKET_OPTIONS = new Set(['username', 'password', 'db'])

/**
 * Parses `redis://` or `rediss://user:password@host:port/db`, a comma-separated list of them (a Cluster), or
 * `unix:///path?password=`.
 * @throws Error that says what is wrong without quoting the URL, which may contain a password
 */
export function readRedisUrl(text: string): RedisAddress {
  const parts = text.split(',').map(part => part.trim())
  const [only = ''] = parts
  if (only.startsWith('unix:')) return readSocket(only, parts.length)
  const nodes = parts.map((part, i) => readNode(part, parts.length > 1 ? `address ${i + 1} ` : ''))
  const [first, ...others] = nodes
  if (!first) throw new Error('is empty')
  for (const [i, other] of others.entries()) {
    const where = `address ${i + 2} `
    if (other.tls !== first.tls) throw new Error(`${where}must start with ${first.tls ? 'rediss' : 'redis'}:// as well`)
    if (other.password !== undefined && other.password !== first.password)
      throw new Error(`${where}has a different password than the first: all servers of a Cluster share one`)
  }
  if (others.length && nodes.some(({ db }) => db !== 0))
    throw new Error('several addresses mean a Cluster, which only has database 0: omit the database number')
  return { ...first, nodes: nodes.flatMap(node => node.nodes) }
}

function readNode(part: string, where: string): RedisAddress {
  if (!part) throw new Error(`${where}is empty: remove the extra comma`)
  if (!/^rediss?:\/\//.test(part)) throw new Error(`${where}must start with redis://, rediss:// or unix://`)
  const url = parseUrl(part, where)
  const { hostname, port, pathname, search, hash } = url
  if (!hostname) throw new Error(`${where}has no host`)
  if (port === '0') throw new Error(`${where}has port 0; ports are 1 to 65535`)
  if (search || hash)
    throw new Error(`${where}must end after the database number: options after ? or # are not supported`)
  if (!/^\/?$|^\/\d{1,5}$/.test(pathname)) throw new Error(`${where}may only end with / and a database number`)
  return {
    nodes: [{ host: hostname.replace(/^\[(.+)\]$/, '$1'), port: Number(port || STANDARD_PORT) }],
    path: undefined,
    ...credentials(url, where),
    db: Number(pathname.slice(1)),
    tls: url.protocol === 'rediss:',
  }
}

function readSocket(part: string, count: number): RedisAddress {
  if (count > 1) throw new Error('a Unix socket must be the only address: several addresses mean a Cluster')
  const shape = 'must be unix:///path/to/socket, with ?username=, ?password= and ?db= if needed'
  const url = parseUrl(part, `${shape}; it `)
  const { host, pathname, searchParams, hash } = url
  if (!part.startsWith('unix:///') || host || pathname.length < 2 || hash) throw new Error(shape)
  for (const name of searchParams.keys()) if (!SOCKET_OPTIONS.has(name)) throw new Error(shape)
  const db = searchParams.get('db') ?? '0'
  if (!/^\d{1,5}$/.test(db)) throw new Error('db= must be a database number')
  return {
    nodes: [],
    path: decoded(pathname, ''),
    username: searchParams.get('username') ?? undefined,
    password: searchParams.get('password') ?? undefined,
    db: Number(db),
    tls: false,
  }
}

const credentials = ({ username, password }: URL, where: string) => ({
  username: decoded(username, where) || undefined,
  password: decoded(password, where) || undefined,
})
