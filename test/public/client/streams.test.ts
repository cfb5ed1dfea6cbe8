import { WebSocket } from 'ws'
import {
  type Gap,
  type StateDetail,
  type StreamError,
  type StreamHandle,
  type StreamOptions,
  type StreamState,
  streamEvents,
  streamJob,
  streamTopics,
} from '../../../public/client'
import { logs, type ScriptedServer, startScriptedServer, statusOnly, streamOf } from '../support/scripted-server'

// Node 20 has no WebSocket of its own.
Object.assign(globalThis, { WebSocket })

let server: ScriptedServer
const handles: StreamHandle[] = []

beforeEach(async () => {
  server = await startScriptedServer()
})
afterEach(async () => {
  for (const handle of handles.splice(0)) handle.close()
  await server.stop()
})

/** Records the callbacks of a stream; `until` waits for a condition. */
function record(options: StreamOptions = {}) {
  const lines: number[] = []
  const gaps: Gap[] = []
  const errors: StreamError[] = []
  const states: Array<{ state: StreamState; detail: StateDetail }> = []
  const events: string[] = []
  const waiting = new Set<() => void>()
  const checkAll = () => {
    for (const check of waiting) check()
  }
  const until = (holds: () => boolean) =>
    new Promise<void>(resolve => {
      const check = () => {
        if (!holds()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  const all: StreamOptions = {
    baseUrl: server.baseUrl,
    ...options,
    onLogs: fresh => {
      lines.push(...fresh.map(line => line.line))
      checkAll()
    },
    onGap: gap => gaps.push(gap),
    onError: error => {
      errors.push(error)
      checkAll()
    },
    onEvent: event => {
      events.push(`${event.type} ${event.topic}`)
      checkAll()
    },
    onState: (state, detail) => {
      states.push({ state, detail })
      checkAll()
    },
  }
  const track = <T extends StreamHandle>(handle: T) => {
    handles.push(handle)
    return handle
  }
  const reaches = (state: StreamState) => until(() => states.at(-1)?.state === state)
  return { options: all, lines, gaps, errors, states, events, until, reaches, track }
}

const end = (topic: string, id: string) => ({ event: 'end', id, data: { topic, reason: 'completed' } })

describe('a stream', () => {
  it('resumes by its last id and delivers every line once', async () => {
    server.handlers = [
      streamOf([logs('job:a', 1, 5)]),
      streamOf([logs('job:a', 4, 8), end('job:a', 'e.9')], { isOpen: true }),
    ]
    const seen = record({ limit: 7, headers: { authorization: 'Bearer t' } })
    const handle = seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(seen.lines).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(seen.gaps).toEqual([])
    expect(
      server.requests.map(({ url, lastEventId, authorization }) => [
        url.pathname + url.search,
        lastEventId,
        authorization,
      ]),
    ).toEqual([
      ['/api/jobs/a/logs/stream?limit=7', undefined, 'Bearer t'],
      ['/api/jobs/a/logs/stream?limit=7', 'e.5', 'Bearer t'],
    ])
    expect(handle.state).toBe('ended')
  })

  it('ends at 204 without a retry', async () => {
    server.handlers = [statusOnly(204)]
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(server.requests).toHaveLength(1)
  })

  it.each([401, 403, 404])("fails at %i with the server's error", async status => {
    server.handlers = [statusOnly(status, { code: 'nope', detail: 'Not for you.' })]
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.reaches('failed')
    expect(seen.errors).toEqual([{ status, code: 'nope', message: 'Not for you.' }])
    expect(server.requests).toHaveLength(1)
  })

  it('honors Retry-After of a busy server', async () => {
    server.handlers = [statusOnly(429, {}, { 'retry-after': '7' })]
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.reaches('waiting')
    expect(seen.states.at(-1)?.detail).toMatchObject({ retryInMs: 7_000, transport: 'sse' })
  })

  it('honors the retry of an overloaded stream', async () => {
    server.handlers = [streamOf([{ event: 'overloaded', id: '', data: { reason: 'full' } }], { retryMs: 45_000 })]
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.reaches('waiting')
    expect(seen.states.at(-1)?.detail.retryInMs).toBe(45_000)
  })

  it('reports missing lines, unless the stream is filtered', async () => {
    for (const level of ['', 'warn']) {
      server.handlers = [streamOf([logs('job:a', 1, 2), logs('job:a', 6, 7), end('job:a', 'e.8')], { isOpen: true })]
      const seen = record({ level })
      seen.track(streamJob('a', seen.options))
      await seen.reaches('ended')
      expect(seen.gaps.map(gap => [gap.missed, gap.reset])).toEqual(level === '' ? [[3, false]] : [])
    }
  })

  it("reports the server's gap once", async () => {
    const gap = {
      event: 'gap',
      id: 'e.5',
      data: { topic: 'job:a', from_seq: 3, to_seq: 5, missed: 3, reason: 'retention' },
    }
    server.handlers = [streamOf([logs('job:a', 1, 2), gap, logs('job:a', 6, 7), end('job:a', 'e.8')], { isOpen: true })]
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(seen.gaps).toEqual([
      { topic: 'job:a', reason: 'retention', missed: 3, from_seq: 3, to_seq: 5, reset: false },
    ])
  })

  it('starts over when the epoch of the topic changes', async () => {
    server.handlers = [
      streamOf([logs('job:a', 1, 5)]),
      streamOf([
        { event: 'reset', id: 'f.0', data: { topic: 'job:a', epoch: 'f', reason: 'unknown_epoch' } },
        logs('job:a', 1, 2, 'f.2'),
        end('job:a', 'f.3'),
      ]),
    ]
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(seen.lines).toEqual([1, 2, 3, 4, 5, 1, 2])
    expect(seen.gaps.map(gap => gap.reset)).toEqual([true])
  })

  it('delivers tenant events once, and those without a sequence every time', async () => {
    const event = (type: string, sequence: number | null) => ({
      event: type,
      id: 'e.9',
      data: { topic: 'events', type, sequence },
    })
    server.handlers = [
      streamOf([event('job_created', 1), event('queue_stats', null), event('job_started', 2)]),
      streamOf([event('job_started', 2), event('queue_stats', null), event('job_completed', 3)], { isOpen: true }),
    ]
    const seen = record()
    seen.track(streamEvents(seen.options))
    await seen.until(() => seen.events.length >= 5)
    expect(seen.events.map(each => each.split(' ')[0])).toEqual([
      'job_created',
      'queue_stats',
      'job_started',
      'queue_stats',
      'job_completed',
    ])
  })

  it('reports nothing after close', async () => {
    server.handlers = [streamOf([logs('job:a', 1, 1)], { isOpen: true })]
    const seen = record()
    const handle = seen.track(streamJob('a', seen.options))
    await seen.until(() => seen.lines.length === 1)
    handle.close()
    expect(seen.states.at(-1)?.state).toBe('closed')
    expect(handle.lastEventId).toBe('e.1')
  })
})

describe('several topics', () => {
  it('share one connection, and keep their positions when the set changes', async () => {
    const two = [logs('job:a', 1, 3, '00000000~e.3~e.0'), logs('job:b', 1, 1, '00000000~e.3~e.1')]
    server.handlers = [
      streamOf(two, { isOpen: true }),
      streamOf([...two, logs('job:a', 4, 4), logs('job:c', 1, 2)], { isOpen: true }),
    ]
    const seen = record()
    const handle = seen.track(streamTopics(['job:a', 'job:b'], seen.options))
    await seen.until(() => seen.lines.length === 4)
    handle.setTopics(['job:a', 'job:b', 'job:c'])
    await seen.until(() => seen.lines.length === 7)
    expect(seen.lines).toEqual([1, 2, 3, 1, 4, 1, 2])
    expect(
      server.requests.map(({ url, lastEventId }) => [url.searchParams.getAll('topic').join(), lastEventId]),
    ).toEqual([
      ['job:a,job:b', undefined],
      ['job:a,job:b,job:c', '~e.3~e.1~'],
    ])
  })

  it('end when all have ended', async () => {
    server.handlers = [streamOf([end('job:a', 'x'), logs('job:b', 1, 1, 'x'), end('job:b', 'x')], { isOpen: true })]
    const seen = record()
    seen.track(streamTopics(['job:a', 'job:b'], seen.options))
    await seen.reaches('ended')
    expect(seen.lines).toEqual([1])
  })
})

describe('other transports', () => {
  it('a stream falls back to WebSocket and resumes each topic', async () => {
    const subscriptions: unknown[] = []
    server.onMessage = (socket, message) => {
      subscriptions.push(message)
      const topic = String(message.topic)
      socket.send(JSON.stringify(logs(topic, 4, 5)))
      socket.send(JSON.stringify(end(topic, 'e.6')))
    }
    server.handlers = [streamOf([logs('job:a', 1, 3, '00000000~e.3~e.0')]), statusOnly(500)]
    const seen = record({ limit: 9 })
    seen.track(streamTopics(['job:a', 'job:b'], seen.options))
    await seen.reaches('ended')
    expect(seen.lines).toEqual([1, 2, 3, 4, 5, 4, 5])
    expect(subscriptions).toEqual([
      { op: 'subscribe', topic: 'job:a', after: 'e.3', filter: { limit: 9 } },
      { op: 'subscribe', topic: 'job:b', after: 'e.0', filter: { limit: 9 } },
    ])
    expect(seen.states.at(-1)?.detail.transport).toBe('websocket')
  })

  it('WebSocket resumes from a composite id and returns one', async () => {
    const asked: unknown[] = []
    server.onMessage = (socket, { topic, after }) => {
      asked.push([topic, after])
      socket.send(JSON.stringify(logs(String(topic), 4, 5)))
    }
    const seen = record({ transports: ['websocket'], after: '00000000~e.3~e.0' })
    const handle = seen.track(streamTopics(['job:a', 'job:b'], seen.options))
    await seen.until(() => seen.lines.length === 4)
    expect(asked).toEqual([
      ['job:a', 'e.3'],
      ['job:b', 'e.0'],
    ])
    expect(handle.lastEventId).toBe('~e.5~e.5')
  })

  it('a refused subscription fails the stream', async () => {
    server.onMessage = socket =>
      socket.send(
        JSON.stringify({
          event: 'error',
          id: null,
          data: { code: 'not_found', errors: [{ path: 'topic', message: 'No such job.' }] },
        }),
      )
    const seen = record({ transports: ['websocket'], headers: { authorization: 'Bearer t' } })
    seen.track(streamJob('a', seen.options))
    await seen.reaches('failed')
    expect(seen.errors).toEqual([{ status: 404, code: 'not_found', message: 'No such job.' }])
  })

  it('polling resumes by id until the topic ends', async () => {
    const answer = (body: unknown) => statusOnly(200, body)
    server.handlers = [
      answer({ events: [logs('job:a', 1, 2)], last_event_id: 'e.2', ended: false }),
      answer({ events: [logs('job:a', 3, 3)], last_event_id: 'e.3', ended: true }),
    ]
    const seen = record({ transports: ['poll'] })
    seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(seen.lines).toEqual([1, 2, 3])
    expect(server.requests.map(({ url }) => url.searchParams.get('after'))).toEqual([null, 'e.2'])
  })
})

describe('in a page without Web Locks', () => {
  beforeEach(() => {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
    Object.assign(globalThis, { document: {} })
  })
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'document')
    Reflect.deleteProperty(globalThis, 'navigator')
  })

  it('WebSocket is used instead of a stream', async () => {
    server.onMessage = (socket, { topic }) => socket.send(JSON.stringify(end(String(topic), 'e.6')))
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(seen.states.map(({ state, detail }) => `${state} ${detail.transport}`)).toEqual([
      'connecting sse',
      'connecting websocket',
      'live websocket',
      'ended websocket',
    ])
    expect(server.requests).toEqual([])
  })

  it('polling takes over when WebSockets are refused, until they work again', async () => {
    const network = new EventTarget()
    const { addEventListener, removeEventListener } = network
    Object.assign(globalThis, {
      addEventListener: addEventListener.bind(network),
      removeEventListener: removeEventListener.bind(network),
    })
    server.handshakes.areRefused = true
    server.handlers = [statusOnly(200, { events: [logs('job:a', 1, 1)], last_event_id: 'e.1' })]
    server.onMessage = (socket, { topic }) => socket.send(JSON.stringify(end(String(topic), 'e.2')))
    const seen = record()
    seen.track(streamJob('a', seen.options))
    await seen.until(() => seen.lines.length > 0)
    expect(seen.states.at(-1)).toMatchObject({ state: 'live', detail: { transport: 'poll' } })
    expect(server.handshakes.refused).toBe(1)
    server.handshakes.areRefused = false
    // Coming online triggers a probe at once.
    network.dispatchEvent(new Event('online'))
    await seen.reaches('ended')
    expect(seen.states.at(-1)?.detail.transport).toBe('websocket')
    Reflect.deleteProperty(globalThis, 'addEventListener')
    Reflect.deleteProperty(globalThis, 'removeEventListener')
  })

  it('polls are short', async () => {
    server.handlers = [statusOnly(200, { events: [], last_event_id: 'e.1', ended: true })]
    const seen = record({ transports: ['poll'] })
    seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(server.requests.map(({ url }) => url.searchParams.get('wait_ms'))).toEqual(['0'])
  })

  it('a stream is opened if it is the only transport', async () => {
    server.handlers = [streamOf([end('job:a', 'e.6')], { isOpen: true })]
    const seen = record({ transports: ['sse'] })
    seen.track(streamJob('a', seen.options))
    await seen.reaches('ended')
    expect(server.requests).toHaveLength(1)
  })
})
