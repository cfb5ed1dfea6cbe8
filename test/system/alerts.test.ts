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
}, 150_000)

afterAll(async () => {
  await rule?.stop()
  await mailbox?.stop()
  await target?.stop()
  await system.stop()
})

/** Everything goes to both receivers. */
async function addReceivers() {
  const web = system.web()
  const mail = { host: '127.0.0.1', port: mailbox.port, from: 'tailrace@example.test', to: ['me@example.test'] }
  const webhook = { url: target.url, secret: 'a secret between us' }
  await done(web.post('/api/receivers', { name: 'hook', type: 'webhook', settings: webhook }))
  const email = { name: 'mail', type: 'email', settings: { ...mail, security: 'none' }, send_resolved: true }
  await done(web.post('/api/receivers', email))
  const route = {
    receiver: null,
    group_by: ['alertname'],
    group_wait_seconds: 0,
    group_interval_seconds: 1,
    routes: [{ receiver: 'hook', continue: true }, { receiver: 'mail' }],
  }
  await done(web.send('PUT', '/api/alert-routes', { route }))
}

async function done<Body>(pending: Promise<NodeResponse<Body>>): Promise<Body> {
  const { status, body } = await pending
  if (status >= 300) throw new Error(`Refused with ${status}: ${JSON.stringify(body)}`)
  return body
}

const get = <Body>(path: string, web = 0) => done(system.web(web).get<Body>(path))

/** Each of the two routes makes an incident of its own. */
async function incidents(web = 0): Promise<{ hook: IncidentItem; mail: IncidentItem } | undefined> {
  const { items } = await get<{ items: IncidentItem[] }>('/api/incidents', web)
  expect(items.length).toBeLessThanOrEqual(2)
  const [hook, mail] = ['hook', 'mail'].map(name => items.find(({ receiver }) => receiver === name))
  return hook && mail && { hook, mail }
}

async function incidentOf(receiver: 'hook' | 'mail'): Promise<IncidentItem> {
  const found = await incidents()
  if (!found) throw new Error('There are no incidents')
  return found[receiver]
}

const notifications = async ({ id }: { id: string }) =>
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
  const found = await incidents(1) // on the other web process
  expect(found).toMatchObject({
    hook: { title: expect.stringMatching(/^Broken/), status: 'open', severity: 'critical', firing: 1, alerts: 1 },
    mail: { title: expect.stringMatching(/^Broken/), status: 'open', firing: 1 },
  })
  const { id } = await incidentOf('hook')

  const silenceId = await silence()
  const isMuted = async () => Object.values((await incidents(1)) ?? {}).every(({ status }) => status === 'muted')
  await eventually(isMuted, 'the incidents are muted')
  const why = async () => (await notifications({ id })).find(({ status }) => status === 'not_sent')
  await eventually(async () => (await why()) !== undefined, 'it says why nobody is told')
  expect(await why()).toMatchObject({ reason: 'silenced', by: [silenceId], receiver: 'hook', firing: 1 })
  const { timeline } = await get<{ timeline: TimelineEntry[] }>(`/api/incidents/${id}`)
  expect(timeline.find(({ kind }) => kind === 'muted')).toMatchObject({ by: [silenceId], count: 1 })

  await endSilence(silenceId)
  await untilNotices(2)
  const reason = 'on my way'
  const acknowledge = system.web(1).post<Incident>(`/api/incidents/${id}/acknowledge`, { reason })
  expect(await done(acknowledge)).toMatchObject({ status: 'acknowledged', firing: 1 })

  await rule.recovers()
  await untilNotices(3)
  const isOver = async () => Object.values((await incidents()) ?? {}).every(({ status }) => status === 'resolved')
  await eventually(isOver, 'the incidents are resolved')
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
  const untilSent = async (receiver: 'hook' | 'mail') => {
    const incident = await incidentOf(receiver)
    const sent = async () => (await notifications(incident)).filter(({ status }) => status === 'sent')
    await eventually(async () => (await sent()).length >= 3, 'everything is stored as sent')
    expect((await notifications(incident)).filter(({ status }) => status !== 'not_sent')).toHaveLength(3)
    return (await sent()).map(({ key }) => key)
  }
  expect(hookNotices().map(({ key }) => key)).toEqual(await untilSent('hook'))
  expect(mailbox.mails.map(({ key }) => key)).toEqual(await untilSent('mail'))
}, 240_000)
