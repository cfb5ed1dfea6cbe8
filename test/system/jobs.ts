import { randomUUID } from 'node:crypto'
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

const ATTEMPTS_MAX = 20

/** Creates a `demo` job with one step. During an outage a busy machine may take too long to answer: then it asks again. */
export async function createJob(web: Node, step: DemoStep, more: Record<string, unknown> = {}): Promise<Job> {
  const body = { kind: 'demo', input: { steps: [{ name: 'work', ...step }] }, ...more }
  const headers = { 'idempotency-key': randomUUID() }
  for (let attempt = 1; ; attempt++) {
    const { status, body: reply } = await web.post<{ job: Job; code?: string }>('/api/jobs', body, headers)
    if (status === 202) return reply.job
    if (reply.code !== 'outcome_unknown' || attempt === ATTEMPTS_MAX)
      throw new Error(`Refused with ${status}: ${JSON.stringify(reply)}`)
  }
}

export const createJobs = (webs: Node[], count: number, step: DemoStep, more: Record<string, unknown> = {}) =>
  Promise.all(Array.from({ length: count }, (_, i) => createJob(webs[i % webs.length] as Node, step, more)))

export async function getJob(web: Node, id: string): Promise<Job> {
  const { status, body } = await web.get<Job>(`/api/jobs/${id}`)
  if (status !== 200) throw new Error(`Job ${id}: ${status}`)
  return body
}

export const getAttempts = async (web: Node, id: string) =>
  (await web.get<{ items: Attempt[] }>(`/api/jobs/${id}/attempts`)).body.items

export type LoggedLine = Line & { attempt: number | null; source: string | null }

/** The complete log of a job. */
export async function getLog(web: Node, id: string): Promise<LoggedLine[]> {
  const { status, body } = await web.get<string>(`/api/jobs/${id}/logs?format=ndjson`)
  if (status !== 200) throw new Error(`Log of ${id}: ${status}`)
  return body
    .split('\n')
    .filter(Boolean)
    .map(text => JSON.parse(text))
}

/** What the handler itself logged in one attempt. */
export const handlerMessages = (lines: LoggedLine[], attempt: number) =>
  lines.filter(line => line.source === 'demo' && line.attempt === attempt).map(({ message }) => message)

/** All messages of a `demo` step with one worker. */
export const demoLines = (lines: number, name = 'work') =>
  Array.from({ length: lines }, (_, i) => `${name} worker 1 line ${i + 1} of ${lines}`)

/**
 * Describes the first difference between two lists of lines; undefined if they are equal. (If tens of thousands of objects
 * differ, jest's own comparison takes minutes.)
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

/** Fails unless the lines are numbered from 1 without gaps. */
export function expectCompleteLog(logged: Line[]) {
  const at = logged.findIndex((line, i) => line.line !== i + 1 || (i > 0 && line.seq <= (logged[i - 1]?.seq ?? 0)))
  expect(at < 0 ? undefined : `line ${logged[at]?.line} is at position ${at + 1}`).toBeUndefined()
}
