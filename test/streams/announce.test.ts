import { DEFAULT_TENANT_ID } from '../../src/api'
import { newId } from '../../src/base/ids'
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
    SseReader.open(`${url}?types=host_deleted,retention_swept`, other.headers),
    SseReader.open(`${url}?types=retention_swept`, other.headers),
  ])
  const host = { host_id: newId(), host_identifier: 'h', hostname: 'h', platform: 'linux' }
  app.app.streams.announce(topic, { kind: 'host_deleted', data: { labels: { a: 'b' }, data: host } })
  const announced = await all.next('host_deleted')
  expect(announced.data).toMatchObject({
    ...{ type: 'host_deleted', id: null, sequence: null },
    ...{ labels: { a: 'b' }, data: host },
  })
  const swept = { job_id: newId(), deleted: {}, failed: [] }
  await append(app, topic, [{ kind: 'retention_swept', data: { labels: {}, data: swept } }])
  const stored = await some.next('retention_swept')
  expect(stored.data).toMatchObject({
    ...{ type: 'retention_swept', id: stored.id },
    ...{ tenant_id: DEFAULT_TENANT_ID, data: swept },
  })
  expect(some.named('host_deleted')).toEqual([])
  await Promise.all([all.close(), some.close()])
})

test('an invalid announcement is refused where it is made', () => {
  expect(() => app.app.streams.announce(newTopic(), { kind: 'No Kind' })).toThrow(RangeError)
})
