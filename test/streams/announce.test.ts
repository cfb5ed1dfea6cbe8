import { DEFAULT_TENANT_ID } from '../../src/api'
import { SseReader } from '../support/sse'
import { append, newTopic, openStream } from '../support/streams'
import { app, other, useTwoApps } from './two-apps'

useTwoApps()

for (const side of ['the same', 'another'] as const) {
  test(`a late reader on ${side} process gets the last value of each kind`, async () => {
    const topic = newTopic()
    for (const value of [1, 2]) app.app.streams.announce(topic, { kind: 'figures', data: { value } })
    app.app.streams.announce(topic, { kind: 'counts', data: { value: 9 } })
    await append(app, topic, [{ kind: 'note', data: {} }])
    const reader = await openStream(side === 'the same' ? app : other, topic)
    await reader.until(() => reader.named('counts').length > 0 && reader.named('figures').length > 0)
    expect(reader.named('figures').map(({ data }) => data)).toEqual([{ topic: topic.name, value: 2 }])
    app.app.streams.announce(topic, { kind: 'figures', data: { value: 3 } })
    await reader.until(() => reader.named('figures').length === 2)
    expect(reader.named('figures')[1]?.data.value).toBe(3)
    await reader.close()
  })
}

test('an announcement among tenant events has their envelope and the position of its reader, and filters apply', async () => {
  const topic = { tenantId: DEFAULT_TENANT_ID, name: 'events' }
  const url = `${other.url}/api/v1/stream/events`
  const [all, some] = await Promise.all([
    SseReader.open(`${url}?types=tested,stored`, other.headers),
    SseReader.open(`${url}?types=stored`, other.headers),
  ])
  app.app.streams.announce(topic, { kind: 'tested', data: { labels: { a: 'b' }, data: { n: 1 } } })
  const announced = await all.next('tested')
  expect(announced.data).toMatchObject({ type: 'tested', id: null, sequence: null, labels: { a: 'b' }, data: { n: 1 } })
  await append(app, topic, [{ kind: 'stored', data: { labels: {}, data: null } }])
  const stored = await some.next('stored')
  expect(stored.data).toMatchObject({ type: 'stored', id: stored.id, tenant_id: DEFAULT_TENANT_ID, data: null })
  expect(some.named('tested')).toEqual([])
  await Promise.all([all.close(), some.close()])
})

test('an invalid announcement is refused where it is made', () => {
  expect(() => app.app.streams.announce(newTopic(), { kind: 'No Kind' })).toThrow(RangeError)
})
