import { type Cluster, Redis, type RedisOptions } from 'ioredis'
import { messageOf } from './errors'
import type { Log } from './log'
import type { RedisAddress, RedisNode } from './redis-url'

/** A Sentinel that hangs is given up after this time, and the next one asked. */
const ANSWER_TIMEOUT_MS = 2_000
const SWITCHED = '+switch-master'

type Client = Redis | Cluster
type Sentinels = Pick<RedisAddress, 'nodes' | 'sentinel' | 'tls'>

/** ioredis's options for TLS. */
export const tlsOptions = ({ ca }: { ca: string | undefined }) => (ca === undefined ? {} : { ca })

/** ioredis's options for a master that Sentinels name. */
export const sentinelOptions = ({ nodes, sentinel, tls }: Sentinels): Omit<RedisOptions, 'replyMapping'> => ({
  sentinels: nodes,
  name: sentinel?.master ?? '',
  ...(sentinel?.username !== undefined && { sentinelUsername: sentinel.username }),
  ...(sentinel?.password !== undefined && { sentinelPassword: sentinel.password }),
  ...(tls && { sentinelTLS: tlsOptions(tls), enableTLSForSentinelMode: true }),
  sentinelCommandTimeout: ANSWER_TIMEOUT_MS,
})

/** Why a Sentinel did not name the master. */
export const sentinelProblem = ({ message }: Error): string =>
  message.replace(
    /connected to sentinel (\S+) successfully, but got an invalid reply: null/,
    (_all, address) => `the Sentinel ${address} does not monitor a master of this name`,
  )

/**
 * Reconnects to the new master after a failover. A master that crashed closes its connections, but one that hangs or is
 * cut off does not. ioredis can watch too, with a connection per Sentinel for each of ours; here they share them.
 */
export class SentinelWatch {
  private readonly clients = new Set<Client>()
  private watchers: Redis[] = []
  private master = ''

  constructor(
    private readonly sentinels: Sentinels,
    private readonly log: Log,
  ) {}

  /** Watches while any of the clients is in use. */
  follow(client: Client) {
    this.clients.add(client)
    client.once('end', () => this.leave(client))
    if (!this.watchers.length) this.watchers = this.sentinels.nodes.map(node => this.watch(node))
  }

  /** A client that is disconnected while it waits to reconnect does not tell that it has ended. */
  leave(client: Client) {
    this.clients.delete(client)
    if (!this.clients.size) for (const watcher of this.watchers.splice(0)) watcher.disconnect()
  }

  private watch(node: RedisNode): Redis {
    const { sentinel, tls } = this.sentinels
    const watcher = new Redis({
      ...node,
      ...(sentinel?.username !== undefined && { username: sentinel.username }),
      ...(sentinel?.password !== undefined && { password: sentinel.password }),
      ...(tls && { tls: tlsOptions(tls) }),
      enableReadyCheck: false,
    })
    const tell = (error: Error) =>
      this.log.debug('Cannot watch a Sentinel, will retry', { ...node, error: messageOf(error) })
    watcher.on('error', tell)
    watcher.on('ready', () => void watcher.subscribe(SWITCHED).catch(tell))
    watcher.on('message', (_channel, message: string) => this.switched(message))
    return watcher
  }

  /** @param message the name of the master, its old address, and its new one; each Sentinel sends it */
  private switched(message: string) {
    const [name, , , ...master] = message.split(' ')
    if (name !== this.sentinels.sentinel?.master || master.join() === this.master) return
    this.master = master.join()
    this.log.warn('Sentinels have chosen another Redis master: reconnecting to it')
    // Those that are still connecting ask for its address anyway.
    for (const client of this.clients)
      if (client.status === 'ready' || client.status === 'connect') client.disconnect(true)
  }
}
