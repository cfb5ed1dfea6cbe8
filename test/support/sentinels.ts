import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { eventually } from './programs'
import { onServer, type RedisServer, startRedisServer } from './redis'

const SENTINELS = 3
const MASTER = 'mymaster'
/** How long a silent master counts as alive. */
const DOWN_AFTER_MS = 1_000

/** A master with a replica, and three Sentinels that fail over between them. All of them require passwords. */
export async function startSentinels() {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-sentinels-'))
  const [user, password, sentinelPassword] = ['app', 's3cret-data', 's3cret-sentinel']
  const data = [
    ...['--requirepass', password, '--masterauth', password, '--maxmemory-policy', 'noeviction'],
    ...['--repl-diskless-sync-delay', '0', '--user', user, 'on', `>${password}`, '~*', '&*', '+@all'],
  ]
  const master = await startRedisServer(data)
  const replica = await startRedisServer([...data, '--replicaof', '127.0.0.1', String(master.port)])
  const servers = [master, replica]
  const monitor = [
    `requirepass ${sentinelPassword}`,
    `sentinel sentinel-pass ${sentinelPassword}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 2`,
    `sentinel auth-pass ${MASTER} ${password}`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} 5000`,
  ]
  const sentinels: RedisServer[] = []
  for (let i = 0; i < SENTINELS; i++) {
    const file = join(folder, `${i}.conf`)
    await writeFile(file, monitor.join('\n'))
    sentinels.push(await startRedisServer([], { sentinel: file }))
  }
  const as = <T>(server: RedisServer, secret: string, run: (client: Redis) => Promise<T>) =>
    onServer(server, run, secret)
  const ask = (sentinel: RedisServer, ...words: string[]) =>
    as(sentinel, sentinelPassword, client => client.call('SENTINEL', ...words))
  const knowsAll = async (sentinel: RedisServer) => {
    const [others, replicas] = await Promise.all([
      ask(sentinel, 'SENTINELS', MASTER),
      ask(sentinel, 'REPLICAS', MASTER),
    ])
    return (others as unknown[]).length === SENTINELS - 1 && (replicas as unknown[]).length === 1
  }
  /** The server that takes writes, as all Sentinels agree. */
  const current = async (): Promise<RedisServer | undefined> => {
    const answers = await Promise.all(sentinels.map(each => ask(each, 'GET-MASTER-ADDR-BY-NAME', MASTER)))
    const ports = new Set(answers.map(answer => Number((answer as string[])[1])))
    return ports.size === 1 ? servers.find(({ port }) => ports.has(port)) : undefined
  }
  const set = {
    servers,
    sentinels,
    url: `redis+sentinel://${user}:${password}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}/1?sentinel_password=${sentinelPassword}`,
    secrets: [password, sentinelPassword],
    current,
    /** Waits until the Sentinels know each other and a replica that has all data. */
    async untilReady() {
      const isReady = async () => {
        const at = await current()
        if (!at || !(await Promise.all(sentinels.map(knowsAll))).every(Boolean)) return false
        return /connected_slaves:1[\s\S]*state=online/.test(
          await as(at, password, client => client.info('replication')),
        )
      }
      await eventually(isReady, 'the replica can take over')
    },
    /** Waits until all Sentinels name another master than `old`. */
    untilOther: (old: RedisServer) =>
      eventually(async () => {
        const at = await current()
        return at !== undefined && at !== old
      }, 'the replica has taken over'),
    /** A planned failover: the old master becomes a replica and keeps running. */
    failOver: () => ask(sentinels[0] as RedisServer, 'FAILOVER', MASTER),
    async stop() {
      await Promise.all([...sentinels, ...servers].map(server => server.stop()))
      await rm(folder, { recursive: true, force: true })
    },
  }
  return set
}

export type Sentinels = Awaited<ReturnType<typeof startSentinels>>
