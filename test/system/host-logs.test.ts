import type { Node } from './node'
import { System } from './system'

const HOSTS = 12
const LINES = 3_000
/** osqueryd's `logger_tls_max_lines` is 1024; smaller batches give more requests to interrupt. */
const BATCH = 150

let system: System
let loggers: Logger[]

beforeAll(async () => {
  system = await System.start({ webs: 2, workers: 1 })
  const { body } = await system.web().post<{ secret: string }>('/api/enroll-secrets', { name: 'logs' })
  system.secrets.push(body.secret)
  loggers = await Promise.all(Array.from({ length: HOSTS }, (_, i) => Logger.enroll(`logger-${i}`, body.secret)))
})

afterAll(() => system.stop())

test('when web processes are killed while hosts send logs, every line is stored once and in order', async () => {
  const delivered = Promise.all(loggers.map(logger => logger.deliverAll()))
  for (const round of [1, 2, 3]) {
    await Promise.all(loggers.map(logger => logger.untilDelivered((round * LINES) / 5)))
    const victim = system.web(round % 2)
    await victim.kill()
    system.webs[round % 2] = await system.startNode('web')
  }
  await delivered
  const hosts = await system.web().get<{ items: { id: string; host_identifier: string }[] }>('/api/hosts?limit=100')
  for (const { id } of hosts.body.items) {
    const { body } = await system.web().get<string>(`/api/hosts/${id}/scheduled?format=ndjson`)
    const lines = body.trimEnd().split('\n')
    const numbers = lines.map(line => Number((JSON.parse(line) as { columns: { no: string } }).columns.no))
    expect(numbers.reverse()).toEqual(Array.from({ length: LINES }, (_, no) => no))
  }
  expect(hosts.body.items).toHaveLength(HOSTS)
  // Otherwise nothing was interrupted and the test proves nothing.
  expect(loggers.reduce((sum, logger) => sum + logger.failures, 0)).toBeGreaterThan(0)
})

/** Like osqueryd's logger: sends the oldest lines and repeats them until they are accepted. */
class Logger {
  failures = 0
  private delivered = 0
  private readonly waiters: { count: number; resolve(): void }[] = []

  private constructor(
    readonly identifier: string,
    private readonly nodeKey: string,
  ) {}

  static async enroll(identifier: string, secret: string): Promise<Logger> {
    const { node_key } = await send(system.web(), 'enroll', { enroll_secret: secret, host_identifier: identifier })
    return new Logger(identifier, String(node_key))
  }

  async deliverAll() {
    for (let turn = 0; this.delivered < LINES; turn++) {
      // A retry has new lines after the repeated ones.
      const count = Math.min(BATCH + (this.failures % 7), LINES - this.delivered)
      if (await this.deliver(system.web(turn % 2), count)) this.delivered += count
      else this.failures++
      for (const { resolve } of this.waiters.filter(each => each.count <= this.delivered)) resolve()
    }
  }

  untilDelivered(count: number): Promise<void> {
    return new Promise(resolve => {
      if (this.delivered >= count) resolve()
      else this.waiters.push({ count, resolve })
    })
  }

  private async deliver(web: Node, count: number): Promise<boolean> {
    const data = Array.from({ length: count }, (_, i) => ({
      name: 'numbers',
      hostIdentifier: this.identifier,
      unixTime: 1_788_256_800 + this.delivered + i,
      columns: { no: String(this.delivered + i), text: 'x'.repeat(200) },
      action: 'added',
    }))
    try {
      const response = await send(web, 'log', { node_key: this.nodeKey, log_type: 'result', data })
      return !('error' in response || 'node_invalid' in response)
    } catch {
      return false
    }
  }
}

async function send(web: Node, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${web.url}/osquery/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, unknown>
}
