import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { checkContracts } from '../../src/base/contract-check'
import { newId } from '../../src/base/ids'
import { z } from '../../src/base/parse'
import type { NewEntry } from '../../src/streams'
import type { TestApp } from '../support/app'
import { append, openStream } from '../support/streams'
import { app, other, useTwoApps } from './two-apps'

useTwoApps()

const folder = mkdtempSync(join(tmpdir(), 'contract-'))
const file = join(folder, 'mismatches')
const recorded = () => readFileSync(file, 'utf8')

beforeAll(() => {
  checkContracts(file) // not the run's own file: here they are meant
  register(app, z.object({ no: z.number() }))
  register(other, z.object({ no: z.string() }))
})
afterAll(() => {
  checkContracts(process.env.CONTRACT_CHECK_FILE)
  rmSync(folder, { recursive: true })
})

/** Topics `odd:*`, of which the two processes do not think alike. */
const register = ({ app: { streams } }: TestApp, note: z.ZodType) =>
  streams.register({ prefix: 'odd', heartbeatMs: 5_000, kinds: { note }, exists: async () => true })
const oddTopic = () => ({ tenantId: DEFAULT_TENANT_ID, name: `odd:${newId()}` })

const events = { tenantId: DEFAULT_TENANT_ID, name: 'events' }
const hostStatus = (data: object): NewEntry => ({ kind: 'host_status', data: { labels: {}, data } })
const host = { host_id: newId(), host_identifier: 'h', hostname: 'secret', platform: 'linux', status: 'asleep' }

describe('an entry that differs from the contract fails where it is made, and is recorded', () => {
  test('when it is written', () => {
    const write = () => app.app.streams.write(events, [hostStatus(host)])
    expect(write).toThrow(/^The entry host_status of events differs from its schema: status: [^;]*$/)
    expect(recorded()).toContain('The entry host_status of events differs from its schema: status: ')
    expect(recorded()).not.toContain('secret')
  })

  test('when it is announced', () => {
    const { platform: _, ...rest } = { ...host, status: 'online' }
    expect(() => app.app.streams.announce(events, hostStatus(rest))).toThrow(/: platform: [^;]*$/)
    const more = { ...rest, platform: 'linux', port: 1 }
    expect(() => app.app.streams.announce(events, hostStatus(more))).toThrow('port: is not in the schema')
  })

  test('when an effect appends it', async () => {
    const topic = { tenantId: DEFAULT_TENANT_ID, name: `job:${newId()}` }
    const commit = (entry: NewEntry) => {
      const apply = async (_: unknown, items: null[]) => ({
        results: items,
        entries: items.map(() => [{ topic, entries: [entry] }]),
      })
      return app.app.streams.commit({ name: 'test', apply }, null)
    }
    await expect(commit({ kind: 'rumour', data: {} })).rejects.toThrow(
      'The entry rumour of job:<id> differs from its schema: the contract does not have it',
    )
    await expect(commit({ kind: 'progress', data: { progress: null }, state: {} })).rejects.toThrow(
      /^The entry status of job:<id> differs from its schema: job: .*; steps: /,
    )
    await commit({ kind: 'progress', data: { progress: null } })
  })
})

describe('an event that differs is recorded when it is sent', () => {
  const mismatch = 'The event note of odd:<id> differs from its schema: no: '

  test('as server-sent event', async () => {
    const topic = oddTopic()
    await append(app, topic, [{ kind: 'note', data: { no: 1 } }])
    const before = recorded().length
    const reader = await openStream(other, topic)
    await reader.next('note')
    expect(recorded().slice(before)).toContain(mismatch)
    await reader.close()
  })

  test('over WebSocket', async () => {
    const topic = oddTopic()
    await append(app, topic, [{ kind: 'note', data: { no: 1 } }])
    const before = recorded().length
    const socket = new WebSocket(`${other.url.replace('http', 'ws')}/ws/stream`, { headers: other.headers })
    await once(socket, 'open')
    socket.send(JSON.stringify({ op: 'subscribe', topic: topic.name }))
    const sent = await new Promise(resolve => socket.once('message', data => resolve(JSON.parse(String(data)))))
    expect(sent).toMatchObject({ event: 'note', data: { no: 1 } })
    expect(recorded().slice(before)).toContain(mismatch)
    const closed = once(socket, 'close')
    socket.close()
    await closed
  })

  test('in a poll', async () => {
    const topic = oddTopic()
    await append(app, topic, [{ kind: 'note', data: { no: 1 } }])
    const before = recorded().length
    const reply = await other.get(`/api/stream/poll?topic=${topic.name}&limit=all`)
    expect(await reply.json()).toMatchObject({ events: [{ event: 'note', data: { no: 1 } }] })
    expect(recorded().slice(before)).toContain(mismatch)
  })

  test('but not when it is as agreed', async () => {
    const topic = oddTopic()
    await append(app, topic, [
      { kind: 'note', data: { no: 1 } },
      { kind: 'log', message: 'a' },
    ])
    const before = recorded().length
    const reader = await openStream(app, topic)
    await reader.next('logs')
    expect(recorded().slice(before)).toBe('')
    await reader.close()
  })
})
