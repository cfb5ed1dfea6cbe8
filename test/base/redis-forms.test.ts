import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRedis } from '../../src/base/redis'
import { requireRedis } from '../../src/base/redis-check'
import { startApp } from '../support/app'
import { identity } from '../support/certificates'
import { clusterTest, startCluster } from '../support/cluster'
import { quietLog, testDatabase } from '../support/parts'
import { eventually } from '../support/programs'
import { onServer, type RedisServer, startRedisServer } from '../support/redis'
import { SseReader } from '../support/sse'

const silent = { ...quietLog, warn() {} }
/** What docs/settings.md says that our user needs, and no more. */
const USER = ['--user', 'app', 'on', '>s3cret', '~*', '&*', '+@all', '-@dangerous', '+info', '+client', '+keys']
const BLIND = ['--user', 'blind', 'on', '>s3cret', '~*', '&*', '+@all', '-@dangerous', '+client', '+keys']
const LINES = 50

let folder: string
let tls: string[]
let server: RedisServer
let socket: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-redis-forms-'))
  const ca = await identity({ name: 'Redis CA', authority: true })
  const own = await identity({ name: 'redis', by: ca, hosts: ['127.0.0.1', 'localhost'] })
  const files = { ca: ca.cert, cert: own.cert, key: own.key }
  for (const [name, pem] of Object.entries(files)) await writeFile(join(folder, `${name}.pem`), pem)
  tls = [
    ...['--tls-cert-file', join(folder, 'cert.pem'), '--tls-key-file', join(folder, 'key.pem')],
    ...['--tls-ca-cert-file', join(folder, 'ca.pem'), '--tls-auth-clients', 'no'],
  ]
  socket = join(folder, 'redis 1.sock')
  const args = [...USER, ...BLIND, '--unixsocket', socket, '--maxmemory-policy', 'noeviction']
  server = await startRedisServer(args, { tls })
})

afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true })
})

/** Runs a job in an app with this URL and reads its stream. @returns the app's prefix of keys */
async function runJob(redisUrl: string): Promise<string> {
  const database = await testDatabase()
  const prefix = `forms-${Date.now()}`
  const app = await startApp({ databaseUrl: database.url, redisUrl, prefix })
  try {
    const input = { steps: [{ name: 'work', lines: LINES, interval_ms: 1 }] }
    const created = await app.post('/api/jobs', { kind: 'demo', input })
    const { job } = (await created.json()) as { job: { id: string } }
    const reader = await SseReader.open(`${app.url}/api/jobs/${job.id}/logs/stream`, app.headers)
    await reader.finished
    expect(reader.lines.filter(({ step }) => step === 'work')).toHaveLength(LINES)
    const isReady = async () => (await app.get('/readyz')).status === 200 // includes messages to itself
    await eventually(isReady, 'the process is ready')
    return prefix
  } finally {
    await app.stop()
    await database.drop()
  }
}

const keysIn = (db: number, prefix: string) =>
  onServer(server, async client => {
    await client.select(db)
    return (await client.keys(`*${prefix}*`)).length
  })

test('rediss:// with a CA of our own, an ACL user and a database number', async () => {
  const ca = `?sslrootcert=${join(folder, 'ca.pem')}`
  const prefix = await runJob(`rediss://app:s3cret@localhost:${server.tlsPort}/1${ca}`)
  expect(await keysIn(1, prefix)).toBeGreaterThan(0)
  expect(await keysIn(0, prefix)).toBe(0)
})

test('a Unix socket with an ACL user and a database number', async () => {
  const path = socket.split('/').map(encodeURIComponent).join('/')
  const prefix = await runJob(`unix://${path}?username=app&password=s3cret&db=2`)
  expect(await keysIn(2, prefix)).toBeGreaterThan(0)
  expect(await keysIn(0, prefix)).toBe(0)
})

clusterTest()('a Cluster with TLS and an ACL user', async () => {
  const cluster = await startCluster({ tls, args: USER })
  try {
    const url = cluster.url.replaceAll('rediss://', 'rediss://app:s3cret@')
    await runJob(`${url}?sslrootcert=${join(folder, 'ca.pem')}`)
  } finally {
    await cluster.stop()
  }
})

async function problemOf(url: string): Promise<string> {
  const redis = createRedis({ url, prefix: 'forms', log: silent })
  const error = await requireRedis(redis, { url, log: silent, timeoutMs: 2_000 }).catch(error => error)
  expect(error?.name).toBe('StartError')
  expect(error.message).not.toContain('s3cret')
  return error.message
}

test('what is wrong is said at the start', async () => {
  const { port, tlsPort } = server
  expect(await problemOf(`redis://blind:s3cret@127.0.0.1:${port}`)).toMatch(/'info'.*needs the rules .*\+info/s)
  expect(await problemOf(`rediss://app:s3cret@127.0.0.1:${tlsPort}`)).toMatch(/certificate/)
  expect(await problemOf(`redis://app:s3cret@127.0.0.1:${port}/99`)).toContain('DB index is out of range')
  const sentinels = `redis+sentinel://app:s3cret@127.0.0.1:${port}/mymaster`
  expect(await problemOf(sentinels)).toMatch(/unknown command/i)
})
