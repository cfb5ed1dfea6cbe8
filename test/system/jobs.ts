import type { Line } from '../support/sse'
import type { Node } from './node'

export interface Job {
  id: string
  kind: string
  status: string
  attempt: number
  worker: string | null
  created_at: string
  started_at: string | null
  error: { code: string; message: string } | null
  cancel: { reason: string } | null
}

export interface Attempt {
  attempt: number
  outcome: string
  worker: string
  error: { code: string; message: string } | null
}

export interface DemoStep {
  lines: number
  name?: string
  workers?: number
  interval_ms?: number
  line_bytes?: number
}

/** Asks for a `demo` job of one step. */
export async function makeJob(web: Node, step: DemoStep, more: Record<string, unknown> = {}): Promise<Job> {
  const body = { kind: 'demo', input: { steps: [{ name: 'work', ...step }] }, ...more }
  const answer = await web.post<{ job: Job }>('/api/jobs', body)
  if (answer.status !== 202) throw new Error(`Refused with ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body.job
}

export const makeJobs = (webs: Node[], count: number, step: DemoStep, more: Record<string, unknown> = {}) =>
  Promise.all(Array.from({ length: count }, (_, i) => makeJob(webs[i % webs.length] as Node, step, more)))

export async function jobAt(web: Node, id: string): Promise<Job> {
  const { status, body } = await web.get<Job>(`/api/jobs/${id}`)
  if (status !== 200) throw new Error(`Job ${id}: ${status}`)
  return body
}

export const attemptsAt = async (web: Node, id: string) =>
  (await web.get<{ items: Attempt[] }>(`/api/jobs/${id}/attempts`)).body.items

export type LoggedLine = Line & { attempt: number | null; source: string | null }

/** The whole log of a job. */
export async function logAt(web: Node, id: string): Promise<LoggedLine[]> {
  const { status, body } = await web.get<string>(`/api/jobs/${id}/logs?format=ndjson`)
  if (status !== 200) throw new Error(`Log of ${id}: ${status}`)
  return body
    .split('\n')
    .filter(Boolean)
    .map(text => JSON.parse(text))
}

/** What the handler itself has said in one attempt. */
export const saidIn = (lines: LoggedLine[], attempt: number) =>
  lines.filter(line => line.source === 'demo' && line.attempt === attempt).map(({ message }) => message)

/** What a `demo` step with one worker says from beginning to end. */
export const demoLines = (lines: number, name = 'work') =>
  Array.from({ length: lines }, (_, i) => `${name} worker 1 line ${i + 1} of ${lines}`)

/**
 * Where two lists of lines part, in words; undefined when they are the same. (jest's own comparison of ten thousands
 * of objects takes minutes when they differ.)
 */
export function difference(seen: Line[], logged: Line[]): string | undefined {
  const length = Math.max(seen.length, logged.length)
  for (let i = 0; i < length; i++) {
    const [a, b] = [seen[i], logged[i]]
    if (a?.seq !== b?.seq || a?.line !== b?.line || a?.message !== b?.message)
      return `at ${i} (${seen.length} seen, ${logged.length} logged): ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`
  }
  return undefined
}

/** Fails unless these are all lines of a log, numbered from 1 without holes. */
export function expectWhole(logged: Line[]) {
  const at = logged.findIndex((line, i) => line.line !== i + 1 || (i > 0 && line.seq <= (logged[i - 1]?.seq ?? 0)))
  expect(at < 0 ? undefined : `line ${logged[at]?.line} stands at ${at + 1}`).toBeUndefined()
}
