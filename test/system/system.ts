import { randomBytes } from 'node:crypto'
import { cp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createRedis, whenReady } from '../../src/base/redis'
import { KILLABLE, ownParts, quietLog } from '../support/parts'
import { eventually } from '../support/programs'
import { flushAll } from '../support/redis'
import type { Servers } from '../support/servers'
import { type Node, startNode } from './node'
import { closeAll } from './viewer'

/** Short intervals, so that periodic work happens within a test. */
const SHORT_TIMES = {
  STREAM_MAX_PER_IP: '0',
  STREAM_MAX_PER_TENANT: '0',
  OUTBOUND_ALLOW: 'private',
  RECONCILE_MS: '500',
  SHUTDOWN_TIMEOUT_MS: '4000',
}

interface Shape {
  webs?: number
  workers?: number
  env?: Record<string, string>
}

/** Tailrace processes on a Redis and PostgreSQL of their own. */
export class System {
  readonly token = `system-${randomBytes(16).toString('hex')}`
  readonly webs: Node[] = []
  readonly workers: Node[] = []
  /** Every process started so far. */
  readonly nodes: Node[] = []

  private constructor(
    readonly parts: Servers,
    private readonly env: Record<string, string>,
  ) {
    this.secrets = [this.token, new URL(parts.postgres.url).password]
  }

  static async start({ webs = 2, workers = 2, env = {} }: Shape = {}): Promise<System> {
    const system = new System(await ownParts(KILLABLE), { ...SHORT_TIMES, ...env })
    try {
      await system.startNodes(webs, workers)
      return system
    } catch (error) {
      await system.stop()
      throw error
    }
  }

  /** Starts processes that replace the previous ones. */
  async startNodes(webs: number, workers: number) {
    const start = (role: 'web' | 'worker', count: number) =>
      Promise.all(Array.from({ length: count }, () => this.startNode(role)))
    const [newWebs, newWorkers] = await Promise.all([start('web', webs), start('worker', workers)])
    this.webs.splice(0, this.webs.length, ...newWebs)
    this.workers.splice(0, this.workers.length, ...newWorkers)
  }

  async startNode(role: 'web' | 'worker', env: Record<string, string> = {}): Promise<Node> {
    const { postgres, redis } = this.parts
    const node = await startNode(role, this.token, {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      ...this.env,
      ...env,
    })
    this.nodes.push(node)
    return node
  }

  web(index = 0): Node {
    const web = this.webs[index]
    if (!web) throw new Error(`There is no web process ${index}`)
    return web
  }

  worker(index = 0): Node {
    const worker = this.workers[index]
    if (!worker) throw new Error(`There is no worker process ${index}`)
    return worker
  }

  /** The worker process that a job names (`host:pid:mark`). */
  workerOf(name: string | null): Node {
    const pid = Number(name?.split(':')[1])
    const worker = this.workers.find(each => each.pid === pid)
    if (!worker) throw new Error(`No worker process has pid ${pid}`)
    return worker
  }

  /** Deletes all data in Redis. */
  async flushRedis() {
    const client = createRedis({ url: this.parts.redis.url, prefix: 'test', log: quietLog }).connect('command')
    await whenReady(client, 60_000)
    await flushAll(client)
    client.disconnect()
  }

  /** Kills Redis and starts it without what was written meanwhile, as after a failover. */
  async forgetInRedis(meanwhile: () => Promise<void>) {
    const folder = join(dirname(new URL(this.parts.redis.url).pathname), 'appendonlydir')
    const copy = `${folder}-copy`
    await cp(folder, copy, { recursive: true, preserveTimestamps: true })
    await meanwhile()
    await this.parts.redis.kill()
    await rm(folder, { recursive: true })
    await rename(copy, folder)
    await this.parts.redis.restart()
  }

  /** Kills all processes, Redis and PostgreSQL. */
  async killAll() {
    const { postgres, redis } = this.parts
    await Promise.all([...this.nodes.filter(node => node.isRunning()), postgres, redis].map(each => each.kill()))
  }

  /** Must not appear in any log: the API token, the database password, and what a test adds. */
  readonly secrets: string[]

  /** @throws Error if a process has printed a secret */
  async stop() {
    await Promise.all(this.nodes.filter(node => node.isRunning()).map(node => node.kill()))
    await closeAll()
    await this.parts.stop()
    for (const { role, output } of this.nodes)
      if (this.secrets.some(secret => output().includes(secret))) throw new Error(`The ${role} process logs a secret`)
  }
}

interface Readiness {
  status: string
  checks: Record<string, string>
}

export const readiness = (node: Node) => node.get<Readiness>('/readyz')

/** Waits until `/readyz` reports a dependency as up or down. */
export async function untilPart(node: Node, part: string, isUp: boolean) {
  await eventually(
    async () => ((await readiness(node)).body.checks[part] === 'ok') === isUp,
    `${part} is ${isUp ? 'up' : 'down'} in the ${node.role} process`,
  )
}

/** Prints figures that a test measures but does not check. */
export const print = (text: string) => void process.stderr.write(`  ${text}\n`)
