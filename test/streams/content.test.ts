import { once } from 'node:events'
import { WebSocket } from 'ws'
import { append, newJobTopic, newTopic, numbered, numberedMessages, openStream } from '../support/streams'
import { app, other, useTwoApps } from './two-apps'

useTwoApps()

const odd = [
  '',
  ' leading and trailing ',
  'one\ntwo\r\nthree\rfour\n\n',
  'data: x\n\nevent: end\nid: 1',
  'nul \0 here',
  '\u001b[31mred\u001b[0m \u0007',
  '😀 and 👩‍👩‍👧 and é and é',
  'lone \ud83d high and \ude00 low',
  '\u2028 \u2029 \ufeff \ufffe',
  '"quoted" \\ back \\u0000 \\n',
  'NULL',
  '{"json":true}',
]
const data = { deep: [{ text: 'a\0b\n"\ud83d"' }], n: 1e21, nothing: null }

test('every way to read a line returns exactly what was written, live and from history', async () => {
  const topic = await newJobTopic(app)
  const live = await openStream(other, topic)
  await append(app, topic, [
    ...odd.map(message => ({ kind: 'log', message, step: 'a\nb', source: 's\r' })),
    { kind: 'log', message: 'with data', data },
    { kind: 'log', message: '😀'.repeat(250_000) },
  ])
  const total = odd.length + 2
  await live.until(() => live.lines.length === total)
  const history = await openStream(other, topic, 'limit=all')
  await history.until(() => history.lines.length === total)
  expect(history.lines).toEqual(live.lines)
  expect(live.lines.slice(0, odd.length).map(({ message }) => message)).toEqual(odd)
  expect(live.lines[odd.length]).toMatchObject({ data, step: null })
  expect(live.lines[total - 1]).toMatchObject({ truncated: true, message: '😀'.repeat(4_096) })
  expect(live.lines[0]).toMatchObject({ step: 'a\nb', source: 's\r' })
  const path = `/api/jobs/${topic.name.slice(4)}/logs`
  const page = (await (await app.get(`${path}?limit=1000`)).json()) as { items: unknown[] }
  expect(page.items).toEqual(live.lines)
  const ndjson = await (await app.get(`${path}?format=ndjson`)).text()
  expect(
    ndjson
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line)),
  ).toEqual(live.lines)
  const text = await (await app.get(`${path}?format=text`)).text()
  expect(text.split('\n').filter(line => /^\d{4}-/.test(line))).toHaveLength(total)
  expect(text).toContain(' [a b] one\n    two\n    three\n    four\n')
  expect(text).toContain(' \u001b[31mred\u001b[0m \ufffd\u001b[0m\n')
  expect(text).toContain(` ${odd[6]}\n`)
  expect(text).not.toMatch(/[\0-\x08\x0b-\x1a\x1c-\x1f\u2028\u2029\ufeff]|\p{Surrogate}/u)
  const polled = (await (await app.get(`/api/stream/poll?topic=${topic.name}&limit=all`)).json()) as {
    events: { event: string; data: { logs: unknown[] } }[]
  }
  expect(polled.events.flatMap(each => (each.event === 'logs' ? each.data.logs : []))).toEqual(live.lines)
  const socket = new WebSocket(`${other.url.replace('http', 'ws')}/ws/stream`, { headers: other.headers })
  await once(socket, 'open')
  socket.send(JSON.stringify({ op: 'subscribe', topic: topic.name, filter: { limit: 'all' } }))
  const overSocket = await new Promise(resolve =>
    socket.on('message', message => {
      const { event, data } = JSON.parse(String(message))
      if (event === 'logs') resolve(data.logs)
    }),
  )
  expect(overSocket).toEqual(live.lines)
  socket.close()
  await Promise.all([live.close(), history.close()])
})

test.each(['asc', 'desc'])('pages (%s) have no overlaps or holes, with and without a filter', async order => {
  const topic = await newJobTopic(app)
  const entries = numbered(1, 230).map((entry, i) => ({
    ...entry,
    level: i % 3 ? ('info' as const) : ('error' as const),
  }))
  await append(app, topic, entries)
  for (const [filter, wanted] of [
    ['', entries],
    ['&level=error', entries.filter(({ level }) => level === 'error')],
  ] as const) {
    const received: string[] = []
    let cursor = ''
    do {
      const reply = await app.get(`/api/jobs/${topic.name.slice(4)}/logs?limit=37&order=${order}${filter}${cursor}`)
      const page = (await reply.json()) as { items: { message: string }[]; next_cursor: string | null }
      received.push(...page.items.map(({ message }) => message))
      cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`
    } while (cursor)
    const expected = wanted.map(({ message }) => message)
    expect(received).toEqual(order === 'asc' ? expected : expected.reverse())
  }
})

test('a long log downloads completely', async () => {
  const topic = await newJobTopic(app)
  for (let from = 1; from <= 30_000; from += 5_000) await append(app, topic, numbered(from, 5_000))
  const text = await (await app.get(`/api/jobs/${topic.name.slice(4)}/logs?format=ndjson`)).text()
  const received = text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line).message)
  expect(received).toEqual(numberedMessages(1, 30_000))
})

test.each([
  'level=error',
  'level=error,warn&step=two',
  'q=LINE%202',
  'q=%C3%89t%C3%A9',
  'q=%5Bx%25_%5C',
  'attempt=2',
  'source=b',
  'label.team=x',
  'types=logs',
  'types=log,progress&source=a',
])('the filter %s selects the same entries live and from history', async query => {
  const topic = newTopic()
  const live = await openStream(other, topic, query)
  const entries = numbered(1, 24).map((entry, i) => ({
    ...entry,
    message: ['line 2', 'LINE 23', 'été', 'ÉTÉ', '[x%_\\', '[X%_\\ \n'][i % 6] ?? '',
    level: (['error', 'warn', 'info'] as const)[i % 3],
    step: ['one', 'two', null][i % 3],
    attempt: 1 + (i % 2),
    source: ['a', 'b'][i % 2],
    data: { labels: { team: i % 2 ? 'x' : 'y' } },
    kind: i % 5 === 0 ? 'note' : i % 7 === 0 ? 'progress' : 'log',
  }))
  await append(app, topic, entries)
  await append(app, topic, [{ kind: 'status', data: { last: true }, state: { last: true } }])
  const marked = (events: typeof live.events) =>
    events
      .filter(({ event }) => event !== 'status' && event !== 'ping')
      .flatMap(({ event, data }) => (event === 'logs' ? (data.logs as unknown[]) : [{ event, data }]))
  const { epoch, last_seq } = await app.app.db('stream_topics').where({ name: topic.name }).first('epoch', 'last_seq')
  expect(last_seq).toBe(25)
  // Starts at the first entry rather than at the current state, so that no entries are skipped.
  const history = await openStream(app, topic, query, { 'last-event-id': `${epoch}.0` })
  await history.until(() => marked(history.events).length > 0)
  await live.until(() => marked(live.events).length >= marked(history.events).length)
  const withoutProgress = marked(live.events).filter(each => (each as { event?: string }).event !== 'progress')
  expect(marked(history.events).filter(each => (each as { event?: string }).event !== 'progress')).toEqual(
    withoutProgress,
  )
  await Promise.all([live.close(), history.close()])
})
