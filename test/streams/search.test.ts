import type { TestApp } from '../support/app'
import { append, newJobTopic, openStream, streamApps } from '../support/streams'

let parts: Awaited<ReturnType<typeof streamApps>>
let app: TestApp
beforeAll(async () => {
  parts = await streamApps()
  app = await parts.start()
})
afterAll(() => parts.stop())

const messages = [
  'one\ntwo',
  'C:\\new\\table',
  'say "hello"',
  'bell \u0007 and escape \u001b[1m',
  'Größe ÉTÉ 😀',
  'lone \ud83d half',
  'tab\there',
  'plain',
]

test.each([
  ['n', [0, 1, 3, 5, 7]],
  ['N', [0, 1, 3, 5, 7]],
  ['t', [0, 1, 4, 6]],
  ['u', []],
  ['0', []],
  ['1b', []],
  ['\\', [1]],
  ['\\n', [1]],
  ['\\NEW', [1]],
  ['\n', [0]],
  ['E\nT', [0]],
  ['\t', [6]],
  ['"', [2]],
  ['"HELLO"', [2]],
  ['\u001b[', [3]],
  ['größe été', [4]],
  ['😀', [4]],
  ['%', []],
  ['a.n', []],
])('q=%j finds the visible text, live and in the history', async (q, found) => {
  const topic = await newJobTopic(app)
  const query = `q=${encodeURIComponent(q)}`
  const live = await openStream(app, topic, `${query}&types=log,progress`)
  await append(app, topic, [
    ...messages.map(message => ({ kind: 'log', message })),
    { kind: 'progress', data: { progress: null } },
  ])
  await live.until(() => live.events.some(({ event }) => event === 'progress'))
  const expected = found.map(at => messages[at])
  expect(live.lines.map(({ message }) => message)).toEqual(expected)
  const page = (await (await app.get(`/api/jobs/${topic.name.slice(4)}/logs?${query}`)).json()) as {
    items: { message: string }[]
  }
  expect(page.items.map(({ message }) => message)).toEqual(expected)
  await live.close()
})

test.each([
  ['step=a%2Cb', ['a,b', 'b']],
  ['step=b', ['b']],
  ['step=b&step=c', ['b', 'c']],
  ['step=a%2Cb&step=c', ['a,b', 'b', 'c']],
  [`step=${encodeURIComponent('n\ufffdul')}`, ['n\ufffdul']],
  [`step=${encodeURIComponent('x'.repeat(300))}`, ['x'.repeat(200)]],
])('%s finds the lines of these steps, live and in the history', async (query, found) => {
  const topic = await newJobTopic(app)
  const live = await openStream(app, topic, `${query}&types=log,progress`)
  const names = ['a,b', 'b', 'c', 'n\0ul', 'half\ud83d', 'x'.repeat(300)]
  const lines = names.map(step => ({ kind: 'log', message: 'line', step }))
  await append(app, topic, [...lines, { kind: 'progress', data: { progress: null } }])
  await live.until(() => live.events.some(({ event }) => event === 'progress'))
  expect(live.lines.map(({ step }) => step)).toEqual(found)
  const page = (await (await app.get(`/api/jobs/${topic.name.slice(4)}/logs?${query}`)).json()) as {
    items: { step: string }[]
  }
  expect(page.items.map(({ step }) => step)).toEqual(found)
  await live.close()
})
