import { type JobStatus, type StreamHandle, type StreamOptions, streamTopics } from '../public/client'
import { Delivery } from '../public/client/delivery'
import { formatDuration } from '../text/times'
import { authorization, failureFor } from './api'
import type { Context } from './command'
import { EXIT, Failure } from './exit'
import type { Printer } from './output/printer'

/** A poll of this size may be incomplete, with more to come: half of the server's limit, to be safe. */
const FULL_LENGTH = 128 * 1024

export interface FollowRequest {
  topic: string
  /** Filters of the stream: `level`, `step`, `q`, `limit`, `types`, `after`. */
  filter: Pick<StreamOptions, 'level' | 'step' | 'q' | 'limit' | 'types' | 'after'>
  /** How long to wait for a server that is down; 0: forever. */
  patienceMs: number
}

/** The last status on the stream, if the topic is a job's. */
export type LastStatus = JobStatus | undefined

/**
 * Shows a topic until it has ended, over as many connections as it takes.
 * @throws Failure if the server refuses, or is down for longer than `patienceMs`
 */
export function follow(context: Context, request: FollowRequest, printer: Printer): Promise<LastStatus> {
  const { settings } = context
  return new Promise((resolve, reject) => {
    let last: LastStatus
    const outage = watchOutage(context, request.patienceMs, failure => {
      handle.close()
      reject(failure)
    })
    const handle: StreamHandle = streamTopics([request.topic], {
      ...request.filter,
      baseUrl: settings.url,
      headers: authorization(settings),
      transports: ['sse', 'poll'],
      ...callbacks(printer, request.topic, status => {
        last = status
      }),
      onError: ({ status, message }) => reject(failureFor(settings, status, { detail: message })),
      onState: (state, detail) => {
        if (state === 'live') outage.over()
        if (state === 'waiting') outage.lasts(detail.reason ?? 'unknown', detail.retryInMs ?? 0)
        if (state === 'ended') {
          outage.stop()
          resolve(last)
        }
      },
    })
    context.onInterrupt(() => (handle.lastEventId ? `Continue from here with --after ${handle.lastEventId}` : ''))
  })
}

function callbacks(printer: Printer, topic: string, keep: (status: JobStatus) => void): StreamOptions {
  return {
    onLogs: (lines, meta) => printer.lines(lines, meta.topic || topic),
    onStatus: status => {
      keep(status)
      printer.status(status, topic)
    },
    onEvent: event => printer.event(event),
    onGap: gap => printer.gap(gap),
    onEnd: (_, reason) => printer.end(topic, reason),
  }
}

/** Reports that the server is down, and gives up after `patienceMs`. A single reconnect is not worth a message. */
function watchOutage({ settings, terminal }: Context, patienceMs: number, giveUp: (failure: Failure) => void) {
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return {
    stop,
    over() {
      stop()
      if (failures > 1) terminal.note('Connected again.')
      failures = 0
    },
    lasts(reason: string, retryInMs: number) {
      failures += 1
      if (failures > 1) terminal.note(`${reason} Trying again in ${formatDuration(retryInMs)}.`)
      if (timer || patienceMs === 0) return
      timer = setTimeout(() => {
        const message = `Could not reconnect to ${settings.url} within ${formatDuration(patienceMs)}.`
        giveUp(new Failure(EXIT.unreachable, message))
      }, patienceMs)
    },
  }
}

/** Shows the current content of a topic. */
export async function showOnce(
  { api }: Context,
  { topic, filter }: FollowRequest,
  printer: Printer,
): Promise<LastStatus> {
  let last: LastStatus
  const options = callbacks(printer, topic, status => {
    last = status
  })
  const delivery = new Delivery([topic], { ...filter, ...options })
  const { types, after: first, ...fields } = filter
  for (let after = first || undefined; ; ) {
    const batch = await api.get('/api/stream/poll', {
      ...fields,
      types: types?.join(','),
      topic,
      after,
      wait_ms: 0,
    })
    for (const { event, id, data } of batch.events) delivery.frame({ event, id: id ?? '', data })
    if (batch.ended || JSON.stringify(batch.events).length < FULL_LENGTH) return last
    after = batch.last_event_id
  }
}
