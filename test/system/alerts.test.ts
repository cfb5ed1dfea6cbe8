import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Incident, IncidentItem, TimelineEntry } from '../../src/contract/incidents'
import type { Notification } from '../../src/contract/receivers'
import { startTarget, type Target } from '../alerts/target'
import { eventually } from '../support/programs'
import { type Rule, startRule } from './alert-rule'
import { type Mailbox, startMailbox } from './mailbox'
import type { NodeResponse } from './node'
import { System } from './system'

const AMTOOL = '/usr/bin/amtool'
let system: System
let target: Target
let mailbox: Mailbox
let rule: Rule

beforeAll(async () => {
  system = await System.start({ webs: 2, workers: 2, env: { SECRETS_KEY: 'ab'.repeat(32) } })
  target = await startTarget()
  mailbox = await startMailbox()
  await addReceivers()
  rule = await startRule(system)
})

afterAll(async () => {
  await rule?.stop()
  await mailbox?.stop()
  await target?.stop()
  await system.stop()
})

/** Everything goes to both receivers, which are a group. */
async function addReceivers() {
  const web = system.web()
  const mail = { host: '127.0.0.1', port: mailbox.port, from: 'tailrace@example.test', to: ['me@example.test'] }
  const webhook = { url: target.url, secret: 'a secret between us' }
  await done(web.post('/api/receivers', { name: 'hook', type: 'webhook', settings: webhook }))
  const email = { name: 'mail', type: 'email', settings: { ...mail, security: 'none' }, send_resolved: true }
  await done(web.post('/api/receivers', email))
  const group = { name: 'on call', type: 'group', settings: { receivers: ['hook', 'mail'] } }
  await done(web.post('/api/receivers', group))
  const route = {
    ...{ receiver: 'on call', group_by: ['alertname'], group_wait_seconds: 0, group_interval_seconds: 1 },
  }
  await done(web.send('PUT', '/api/alert-routes', { route }))
}

async function done<Body>(pending: Promise<NodeResponse<Body>>): Promise<Body> {
  const { status, body } = await pending
  if (status >= 300) throw new Error(`Refused with ${status}: ${JSON.stringify(body)}`)
  return body
}

const get = <Body>(path: string, web = 0) => done(system.web(web).get<Body>(path))

/** The incident, of which there must not be two. */
async function incident(web = 0): Promise<IncidentItem | undefined> {
  const { items } = await get<{ items: IncidentItem[] }>('/api/incidents', web)
  expect(items.length).toBeLessThanOrEqual(1)
  return items[0]
}

const notifications = async (id: string) =>
  (await get<{ items: Notification[] }>(`/api/notifications?incident=${id}&limit=100`)).items.reverse()

/** Every notice that either receiver got, in order. */
const hookNotices = () => target.received.map(({ key, body }) => ({ key, ...JSON.parse(body) }))

async function untilNotices(count: number) {
  const arrived = () => target.received.length >= count && mailbox.mails.length >= count
  await eventually(arrived, `${count} notices arrive at each receiver`)
}

/** A silence for an hour, by amtool where there is one. */
async function silence(): Promise<string> {
  if (existsSync(AMTOOL))
    return (await amtool('silence', 'add', '-a', 'ada', '-c', 'on it', '-d', '1h', 'alertname=Broken')).trim()
  process.stderr.write(`Without ${AMTOOL} (apt-get install prometheus-alertmanager): silences are posted\n`)
  const matchers = [{ name: 'alertname', value: 'Broken', isRegex: false, isEqual: true }]
  const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 3_600_000)]
  const body = { matchers, startsAt, endsAt, createdBy: 'ada', comment: 'on it' }
  return (await done(system.web().post<{ silenceID: string }>('/api/v2/silences', body))).silenceID
}

async function endSilence(id: string) {
  if (existsSync(AMTOOL)) await amtool('silence', 'expire', id)
  else await done(system.web(1).send('DELETE', `/api/v2/silence/${id}`))
}

async function amtool(...args: string[]): Promise<string> {
  const url = new URL(system.web().url)
  const address = `http://amtool:${system.token}@${url.host}`
  const { stdout } = await promisify(execFile)(AMTOOL, [`--alertmanager.url=${address}`, ...args])
  return stdout
}

test('an alert from its firing, over a silence and an acknowledgement, to its end: each is told once', async () => {
  await rule.breaks()
  await untilNotices(1)
  const found = await incident(1) // on the other web process
  expect(found).toMatchObject({
    ...{ title: expect.stringMatching(/^Broken/), status: 'open', severity: 'critical', firing: 1, alerts: 1 },
    receiver: 'on call',
  })
  const id = found?.id ?? ''

  const silenceId = await silence()
  await eventually(async () => (await incident(1))?.status === 'muted', 'the incident is muted')
  const why = async () => (await notifications(id)).find(({ status }) => status === 'not_sent')
  await eventually(async () => (await why()) !== undefined, 'it says why nobody is told')
  expect(await why()).toMatchObject({ reason: 'silenced', by: [silenceId], receiver: 'on call', firing: 1 })
  const { timeline } = await get<{ timeline: TimelineEntry[] }>(`/api/incidents/${id}`)
  expect(timeline.find(({ kind }) => kind === 'muted')).toMatchObject({ by: [silenceId], count: 1 })

  await endSilence(silenceId)
  await untilNotices(2)
  const reason = 'on my way'
  const acknowledge = system.web(1).post<Incident>(`/api/incidents/${id}/acknowledge`, { reason })
  expect(await done(acknowledge)).toMatchObject({ status: 'acknowledged', firing: 1 })

  await rule.recovers()
  await untilNotices(3)
  await eventually(async () => (await incident())?.status === 'resolved', 'the incident is resolved')
  expect(hookNotices().map(({ status, notification_reason: reason }) => `${status}: ${reason}`)).toEqual([
    'firing: first notification',
    'firing: no longer muted',
    'resolved: all alerts resolved',
  ])
  expect(mailbox.mails.map(({ subject }) => subject)).toEqual([
    '[FIRING:1] Broken',
    '[FIRING:1] Broken',
    '[RESOLVED] Broken',
  ])
  const sent = async () => (await notifications(id)).filter(({ status }) => status === 'sent')
  await eventually(async () => (await sent()).length >= 6, 'everything is stored as sent')
  expect((await notifications(id)).filter(({ status }) => status !== 'not_sent')).toHaveLength(6)
  const keysOf = async (name: string) => (await sent()).flatMap(({ receiver, key }) => (receiver === name ? key : []))
  expect(hookNotices().map(({ key }) => key)).toEqual(await keysOf('hook'))
  expect(mailbox.mails.map(({ key }) => key)).toEqual(await keysOf('mail'))
})
