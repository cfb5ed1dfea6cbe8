import { readAuthorities } from './authorities'
import { decoded, parseUrl } from './server-url'

/** The parsed `REDIS_URL`. */
export interface RedisAddress {
  /** One server, several servers of a Cluster, or the Sentinels. */
  nodes: RedisNode[]
  /** What the Sentinels call the master, and the user they require. */
  sentinel: { master: string; username: string | undefined; password: string | undefined } | undefined
  /** Path of a Unix socket, instead of nodes. */
  path: string | undefined
  username: string | undefined
  password: string | undefined
  /** Database number; a Cluster has only 0. */
  db: number
  tls: { ca: string | undefined } | undefined
}

export interface RedisNode {
  host: string
  port: number
}

const REDIS_PORT = 6379
const SENTINEL_PORT = 26_379
const TLS_OPTION = 'sslrootcert'
const SOCKET_OPTIONS = new Set(['username', 'password', 'db'])
const SENTINEL_OPTIONS = new Set(['sentinel_username', 'sentinel_password', TLS_OPTION])
const SENTINEL_SHAPE = 'must be redis+sentinel://user:password@sentinel1:26379,sentinel2:26379/master-name/database'

/**
 * Parses one of:
 * - `redis://user:password@host:port/db`, or `rediss://` with TLS and `?sslrootcert=` for a CA of one's own
 * - a comma-separated list of them: a Cluster
 * - `redis+sentinel://user:password@host:port,host:port/master/db?sentinel_password=`, or `rediss+sentinel://`
 * - `unix:///path?username=&password=&db=`
 * @throws Error that says what is wrong without quoting the URL, which may contain a password
 */
export function readRedisUrl(text: string): RedisAddress {
  if (/^rediss?\+sentinel:/.test(text)) return readSentinels(text)
  const parts = text.split(',').map(part => part.trim())
  const [only = ''] = parts
  if (only.startsWith('unix:')) return readSocket(only, parts.length)
  const nodes = parts.map((part, i) => readNode(part, parts.length > 1 ? `address ${i + 1} ` : ''))
  const [first, ...others] = nodes
  if (!first) throw new Error('is empty')
  for (const [i, other] of others.entries()) checkSame(first, other, `address ${i + 2} `)
  if (others.length && nodes.some(({ db }) => db !== 0))
    throw new Error('several addresses mean a Cluster, which only has database 0: omit the database number')
  const tls = nodes.find(node => node.tls?.ca)?.tls ?? first.tls
  return { ...first, tls, nodes: nodes.flatMap(node => node.nodes) }
}

function checkSame(first: RedisAddress, other: RedisAddress, where: string) {
  if (!other.tls !== !first.tls) throw new Error(`${where}must start with ${first.tls ? 'rediss' : 'redis'}:// as well`)
  for (const part of ['username', 'password'] as const)
    if (other[part] !== undefined && other[part] !== first[part])
      throw new Error(`${where}has a different ${part} than the first: all servers of a Cluster share one`)
}

function readNode(part: string, where: string): RedisAddress {
  if (!part) throw new Error(`${where}is empty: remove the extra comma`)
  if (!/^rediss?:\/\//.test(part))
    throw new Error(`${where}must start with redis://, rediss://, redis+sentinel://, rediss+sentinel:// or unix://`)
  const url = parseUrl(part, where)
  const { pathname, searchParams, hash } = url
  const isTls = url.protocol === 'rediss:'
  if (hash || [...searchParams.keys()].some(name => name !== TLS_OPTION || !isTls))
    throw new Error(`${where}must end after the database number, except for ?${TLS_OPTION}= after rediss://`)
  if (!/^\/?$|^\/\d{1,5}$/.test(pathname)) throw new Error(`${where}may only end with / and a database number`)
  return {
    nodes: [hostOf(url, REDIS_PORT, where)],
    sentinel: undefined,
    path: undefined,
    ...credentials(url, where),
    db: Number(pathname.slice(1)),
    tls: isTls ? readTls(searchParams) : undefined,
  }
}

function readSentinels(text: string): RedisAddress {
  const [, scheme, who = '', hosts = '', rest = ''] =
    /^(rediss?)\+sentinel:\/\/(?:([^@/?#]*)@)?([^/?#]*)(.*)$/.exec(text) ?? []
  if (!scheme || text.split('://').length > 2) throw new Error(SENTINEL_SHAPE)
  if (hosts.includes('@')) throw new Error('has an @ in user name or password that must be written as %40')
  const parts = hosts.split(',').map(part => part.trim())
  const nodes = parts.map((part, i) => {
    const where = parts.length > 1 ? `Sentinel ${i + 1} ` : ''
    if (!part) throw new Error(`${where}has no host`)
    return hostOf(parseUrl(`redis://${part}`, where), SENTINEL_PORT, where)
  })
  const url = parseUrl(`redis://${who}@sentinel${rest}`)
  const [, master, db = '0'] = /^\/([^/]+)(?:\/(\d{1,5}))?$/.exec(url.pathname) ?? []
  const { searchParams } = url
  if (!master || url.hash) throw new Error(`${SENTINEL_SHAPE}, the last part being optional`)
  for (const name of searchParams.keys())
    if (!SENTINEL_OPTIONS.has(name) || (name === TLS_OPTION && scheme === 'redis'))
      throw new Error(
        `only has the options sentinel_username, sentinel_password and, after rediss+sentinel://, ${TLS_OPTION}`,
      )
  const [username, password] = ['sentinel_username', 'sentinel_password'].map(
    name => searchParams.get(name) || undefined,
  )
  return {
    nodes,
    sentinel: { master: decoded(master, ''), username, password },
    path: undefined,
    ...credentials(url, ''),
    db: Number(db),
    tls: scheme === 'rediss' ? readTls(searchParams) : undefined,
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
    sentinel: undefined,
    path: decoded(pathname, ''),
    username: searchParams.get('username') ?? undefined,
    password: searchParams.get('password') ?? undefined,
    db: Number(db),
    tls: undefined,
  }
}

function hostOf({ hostname, port }: URL, standardPort: number, where: string): RedisNode {
  if (!hostname) throw new Error(`${where}has no host`)
  if (port === '0') throw new Error(`${where}has port 0; ports are 1 to 65535`)
  return { host: hostname.replace(/^\[(.+)\]$/, '$1'), port: Number(port || standardPort) }
}

/** Named as in PostgreSQL's URLs. */
function readTls(options: URLSearchParams) {
  const file = options.get(TLS_OPTION)
  return { ca: file === null ? undefined : readAuthorities(file, TLS_OPTION) }
}

const credentials = ({ username, password }: URL, where: string) => ({
  username: decoded(username, where) || undefined,
  password: decoded(password, where) || undefined,
})
