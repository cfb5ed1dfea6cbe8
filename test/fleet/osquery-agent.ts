import type { TestApp } from '../support/app'

interface Read {
  queries: Record<string, string>
  node_invalid?: boolean
  error?: string
}

/** An agent's answers in one write. */
export interface AgentAnswer {
  rows?: unknown
  status?: number | string
  message?: string
  stats?: unknown
}

/** A simulated osqueryd that the test controls. */
export class OsqueryAgent {
  nodeKey = ''

  constructor(
    readonly app: Pick<TestApp, 'url'>,
    readonly identifier: string,
    readonly platform = 'ubuntu',
  ) {}

  async post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return JSON.parse(await this.say(path, body, signal)) as T
  }

  /** @returns the response text, whatever the status */
  async say(path: string, body: unknown, signal?: AbortSignal): Promise<string> {
    const answer = await fetch(`${this.app.url}/osquery/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'osquery/5.23.1' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    })
    return answer.text()
  }

  async enroll(secret: string): Promise<this> {
    const { node_key } = await this.post<{ node_key: string }>('enroll', {
      enroll_secret: secret,
      host_identifier: this.identifier,
      platform_type: '9',
      host_details: {
        os_version: { name: 'Ubuntu', version: '24.04', platform: this.platform },
        osquery_info: { version: '5.23.1', instance_id: `instance-${this.identifier}` },
        system_info: { uuid: this.identifier, hostname: `host-${this.identifier}` },
      },
    })
    this.nodeKey = node_key
    return this
  }

  read(signal?: AbortSignal): Promise<Read> {
    return this.post('distributed_read', { node_key: this.nodeKey }, signal)
  }

  /** Answers the background queries for a new host, so that the next read is held. */
  async settle(): Promise<void> {
    const { queries } = await this.read()
    await this.write(Object.fromEntries(Object.keys(queries).map(id => [id, { rows: [] }])))
  }

  /** Reads until there is a live query; background queries are answered without rows. */
  async next(): Promise<Record<string, string>> {
    for (;;) {
      const { queries } = await this.read()
      const ids = Object.keys(queries)
      if (ids.some(id => !id.startsWith('tailrace:'))) return queries
      if (ids.length) await this.write(Object.fromEntries(ids.map(id => [id, { rows: [] }])))
    }
  }

  write(answers: Record<string, AgentAnswer>): Promise<Record<string, unknown>> {
    const of = <K extends keyof AgentAnswer>(key: K) =>
      Object.fromEntries(
        Object.entries(answers).flatMap(([id, each]) => (each[key] === undefined ? [] : [[id, each[key]]])),
      )
    return this.post('distributed_write', {
      node_key: this.nodeKey,
      queries: of('rows'),
      statuses: Object.fromEntries(Object.entries(answers).map(([id, { status = 0 }]) => [id, status])),
      messages: of('message'),
      stats: of('stats'),
    })
  }
}

/** Creates an enroll secret. */
export async function enrollSecret(app: TestApp): Promise<string> {
  const answer = await app.post('/api/enroll-secrets', { name: 'test' })
  return ((await answer.json()) as { secret: string }).secret
}

/** Enrolls agents. */
export async function enrolled(app: TestApp, count: number, prefix = 'h'): Promise<OsqueryAgent[]> {
  const secret = await enrollSecret(app)
  return Promise.all(Array.from({ length: count }, (_, i) => new OsqueryAgent(app, `${prefix}${i + 1}`).enroll(secret)))
}

/** The id of an agent's host. */
export async function hostIdOf(app: TestApp, agent: OsqueryAgent): Promise<string> {
  const { id } = await app.app.db('hosts').where('host_identifier', agent.identifier).first('id')
  return id
}

export interface QueryBody {
  id: string
  job_id: string
  status: string
  counts: Record<string, number>
  row_count: number
  columns: string[]
  ended_at: string | null
}

export async function createQuery(app: Pick<TestApp, 'post'>, body: Record<string, unknown>): Promise<QueryBody> {
  const answer = await app.post('/api/queries', body)
  const text = await answer.text()
  if (answer.status !== 202) throw new Error(`${answer.status}: ${text}`)
  return (JSON.parse(text) as { query: QueryBody }).query
}
