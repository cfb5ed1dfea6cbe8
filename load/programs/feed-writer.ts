import { randomUUID } from 'node:crypto'
import type { Effect, Streams } from '../../src/streams'
import { nowMs } from '../figures'
import { measures } from './measures'
import { answer } from './questions'
import { startWriter, type WriterParts } from './writer-part'

interface Load {
  tenantId: string
  /** Transitions that wait for their commit at any time. */
  open: number
  seconds: number
}

let streams: Streams

/** The change of a job's state, without a row: an entry in a topic of its own and one in the feed of its tenant. */
const transition: Effect<string, null> = {
  name: 'transition',
  apply: async (_trx, tenantIds) => ({
    results: tenantIds.map(() => null),
    entries: tenantIds.map(tenantId => {
      const id = randomUUID()
      const data = { job_id: id, status: 'completed', attempt: 1 }
      return [
        { topic: { tenantId, name: `job:${id}` }, entries: [{ kind: 'status', data, state: data }] },
        { topic: { tenantId, name: 'events' }, entries: [{ kind: 'job_completed', data }] },
      ]
    }),
  }),
}

async function start(parts: WriterParts) {
  ;({ streams } = await startWriter(parts))
}

/** Commits transitions as a worker with this many running jobs does. @returns how many per second */
async function commit({ tenantId, open, seconds }: Load) {
  const startedMs = nowMs()
  const untilMs = startedMs + seconds * 1_000
  let count = 0
  const one = async () => {
    while (nowMs() < untilMs) {
      await streams.commit(transition, tenantId)
      count++
    }
  }
  await Promise.all(Array.from({ length: open }, one))
  return (count / (nowMs() - startedMs)) * 1_000
}

const questions = { start, commit, ...measures }

export type FeedWriterQuestions = typeof questions

answer(questions)
