import type { StreamEvent } from '../../public/client'
import type { Query, QueryResult } from '../../src/contract/queries'
import type { Context } from '../command'
import { EXIT } from '../exit'
import { follow } from '../follow'
import type { Printer } from '../output/printer'
import { retryWhileDown } from '../patience'
import { Answers } from './answers'
import { type Format, printerOf } from './format'
import { type QueryProgress, queryProgress } from './progress'
import { endText, hasAllAnswers } from './query'

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
  const progress = queryProgress(terminal)
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
  progress: QueryProgress
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
const listener = (answers: Answers, progress: QueryProgress): Printer => ({
  lines() {},
  gap() {},
  end() {},
  status: status => progress.see((status as unknown as { query: Partial<Query> }).query),
  event: ({ type, data }: StreamEvent) => {
    if (type === 'query_result') answers.take(data as QueryResult)
  },
})

async function writeCsv({ api, terminal }: Context, { id }: Query) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const piece of api.download('/api/queries/{id}/results', { id, format: 'csv' })) {
    terminal.data(decoder.decode(piece, { stream: true }))
    await terminal.drained()
  }
}
