import { SseReader } from '../support/sse'
import { newJobTopic } from '../support/streams'
import { app, other, useTwoApps } from './two-apps'

useTwoApps()

const pathOf = ({ name }: { name: string }) => `/api/jobs/${name.slice(4)}/logs/stream`
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ kind: 'log', message: `line ${from + i}` }))

for (const side of ['the same', 'another'] as const) {
  test(`a reader on ${side} process gets history, then every line live and in order`, async () => {
    const topic = await newJobTopic(app)
    const reading = side === 'the same' ? app : other
    app.app.streams.write(topic, lines(1, 10))
    await app.app.streams.flush()
    const reader = await SseReader.open(reading.url + pathOf(topic), reading.headers)
    await reader.until(() => reader.lines.length === 10)
    for (let i = 0; i < 50; i++) {
      app.app.streams.write(topic, lines(11 + i * 10, 10))
      if (i % 10 === 0) await app.app.streams.flush()
    }
    await reader.until(() => reader.lines.length >= 510)
    expect(reader.lines.map(line => line.message)).toEqual(lines(1, 510).map(line => line.message))
    expect(reader.lines.map(line => line.line)).toEqual(lines(1, 510).map((_, i) => i + 1))
    await reader.close()
  })
}
