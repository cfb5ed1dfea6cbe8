import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamEvent } from '../../public/client'
import type { Query, QueryResult } from '../../src/contract/queries'
import type { Context } from '../command'
import { EXIT, Failure } from '../exit'
import { follow } from '../follow'
import type { Printer } from '../output/printer'
import { Answers } from './answers'
import { type Format, printerOf } from './format'
import { Progress } from './progress'
import { endText, hasAllAnswers } from './query'

const RETRY_MS = 1_000

interface View {
  format: Format
  patienceMs: number
}

/**
 * Shows the answers to a query as they arrive, until it has ended.
 * @returns the exit code: 0 if every host has answered
 */
export async function watchQuery(context: Context, query: Query, { format, patienceMs }: View): Promise<number> {
  const { terminal, api } = context
  const printer = printerOf(format, terminal)
  const answers = new Answers({ api, terminal, printer, queryId: query.id })
  const progress = new Progress(terminal)
  context.requireOutcome()
  printer.begin(query)
  try {
    if (!query.ended_at) await untilEnded(context, query, { answers, progress, patienceMs })
    const ended = await retryWhileDown(patienceMs, () => api.get('/api/queries/{id}', { id: query.id }))
    await retryWhileDown(patienceMs, () => answers.complete(ended))
    if (format === 'csv') await writeCsv(context, ended)
    printer.end(ended)
    progress.stop()
    for (const text of answers.trouble) terminal.note(text)
    terminal.note(endText(ended))
    if (hasAllAnswers(ended)) return EXIT.ok
    return ended.status === 'completed' ? EXIT.partial : EXIT.failed
  } finally {
    progress.stop()
  }
}

interface Watching {
  answers: Answers
  progress: Progress
  patienceMs: number
}

async function untilEnded(context: Context, query: Query, { answers, progress, patienceMs }: Watching) {
  const { targets } = query.counts
  context.terminal.note(`Query ${query.id} targets ${targets} ${targets === 1 ? 'host' : 'hosts'}.`)
  progress.start(query)
  const ending = follow(
    context,
    { topic: `query:${query.id}`, filter: { limit: 'all' }, patienceMs },
    listener(answers, progress),
  )
  context.onInterrupt(() => {
    progress.stop()
    return `The query is still running. Show it: tailrace results ${query.id}   Stop it: tailrace cancel ${query.id} --reason ...`
  })
  await ending
}

/** Gaps need no message, because every host is checked at the end. */
const listener = (answers: Answers, progress: Progress): Printer => ({
  lines() {},
  gap() {},
  end() {},
  status: status => progress.see((status as unknown as { query: Partial<Query> }).query),
  event: ({ type, data }: StreamEvent) => {
    if (type === 'query_result') answers.take(data as QueryResult)
  },
})

/** Waits for a server that is restarting, as streams do. */
async function retryWhileDown<T>(patienceMs: number, ask: () => Promise<T>): Promise<T> {
  const until = patienceMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + patienceMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isUnreachable = error instanceof Failure && error.exitCode === EXIT.unreachable
      if (!isUnreachable || Date.now() > until) throw error
      await sleep(RETRY_MS)
    }
  }
}

async function writeCsv({ api, terminal }: Context, { id }: Query) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const piece of api.download('/api/queries/{id}/results', { id, format: 'csv' })) {
    terminal.data(decoder.decode(piece, { stream: true }))
    await terminal.drained()
  }
}
