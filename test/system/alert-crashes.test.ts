import { setTimeout as delay } from 'node:timers/promises'
import { createDb, type Db } from '../../src/base/db'
import type { IncidentItem } from '../../src/contract/incidents'
import type { Notification } from '../../src/contract/receivers'
import { type Answer, cut, startTarget, type Target } from '../alerts/target'
import { rows } from '../support/rows'
import { print, System } from './system'

const GROUPS = Array.from({ length: 20 }, (_, i) => `group-${i}`)
const ALERTS = 10
/** Groups that fire and resolve at the same time. */
const AT_ONCE = 5
const VICTIMS = ['worker', 'web', 'both', 'worker', 'web', 'worker'] as const
/** The receiver is down while these are killed. */
const DOWN_FROM = 1
const DOWN_UNTIL = 3
/** The whole test may take so long on a very busy machine. */
const LIMIT_MS = 300_000

let system: System
let target: Target
let db: Db
/** What happens, counted. */
let progress = 0
/** What the receiver has accepted, in order. */
const accepted: { key: string; group: string; status: string; fingerprints: string[] }[] = []

beforeAll(async () => {
  system = await System.start({ webs: 1, workers: 1, env: { JOB_LOCK_MS: '1000', SECRETS_KEY: 'ab'.repeat(32) } })
  db = createDb(system.parts.postgres.url, 1)
  target = await startTarget()
  target.answers(accept)
  const web = system.web()
  const receiver = await web.post('/api/receivers', { name: 'hook', type: 'webhook', settings: { url: target.url } })
  const own = { matchers: [{ name: 'group', op: '=~', value: 'group-.*' }], receiver: 'hook' }
  const times = { group_wait_seconds: 0, group_interval_seconds: 1 }
  const route = { receiver: null, group_by: ['alertname', 'group'], ...times, routes: [own] }
  const { status } = await web.send('PUT', '/api/alert-routes', { route })
  expect([receiver.status, status]).toEqual([201, 200])
})

afterAll(async () => {
  await db?.destroy()
  await target?.stop()
  await system.stop()
})

/** Accepts, and answers a little later, so that a kill may come in between. */
const accept: Answer = (response, { key, body }) => {
  progress++
  const { status, groupLabels, alerts } = JSON.parse(body)
  const fingerprints = alerts.map(({ fingerprint }: { fingerprint: string }) => fingerprint).sort()
  accepted.push({ key, group: groupLabels.group, status, fingerprints })
  setTimeout(() => response.writeHead(200).end(), Math.random() * 40)
}

/** Polls over any number of restarts. */
async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  while (!(await holds(condition))) {
    if (Date.now() > deadline) throw new Error(`Never happened: ${what}`)
    await delay(50)
  }
}

/** What cannot be reached does not hold yet. */
const holds = async (condition: () => boolean | Promise<boolean>) => {
  try {
    return await condition()
  } catch {
    return false
  }
}

/** Sends all alerts of a group until that is confirmed, as Prometheus does. */
async function send(group: string, startsAt: string, endsAt: string): Promise<void> {
  const alerts = Array.from({ length: ALERTS }, (_, i) => ({
    labels: { alertname: 'Crash', group, instance: `${i}` },
    ...{ startsAt, endsAt },
  }))
  const post = async () => (await system.web().post('/api/v2/alerts', alerts)).status === 200
  await until(post, `the alerts of ${group} are accepted`)
  progress++
}

async function notifications(): Promise<Notification[]> {
  const { status, body } = await system
    .web()
    .get<{ items: Notification[] }>('/api/notifications?limit=200&sent_only=true')
  if (status !== 200) throw new Error(`${status}`)
  return body.items.filter(({ group_labels }) => group_labels.group)
}

/** Resolves once it is decided to tell of the firing: what ends before is never told. */
async function fireAndResolve(group: string): Promise<void> {
  const startsAt = new Date().toISOString()
  await send(group, startsAt, new Date(Date.now() + 3_600_000).toISOString())
  const isDecided = async () => (await notifications()).some(({ group_labels }) => group_labels.group === group)
  await until(isDecided, `${group} is told`)
  await delay(Math.random() * 200) // sometimes before it is sent, sometimes after
  await send(group, startsAt, new Date().toISOString())
}

async function runGroups(names: string[]): Promise<void> {
  for (let group = names.shift(); group; group = names.shift()) await fireAndResolve(group)
}

/** Kills in the middle of something, and starts it again. */
async function kill(victim: (typeof VICTIMS)[number]): Promise<void> {
  const goal = progress + 1 + Math.floor(Math.random() * 4)
  await until(() => progress >= goal || accepted.length >= GROUPS.length, 'something happens')
  await delay(Math.random() * 100)
  const hitsWorker = victim !== 'web'
  const hitsWeb = victim !== 'worker'
  await Promise.all([hitsWorker && system.worker().kill(), hitsWeb && system.web().kill()])
  // what a dead process has claimed is free after 45 s
  if (hitsWorker) await rows(db, "UPDATE notifications SET claimed_until = now() WHERE status = 'pending'")
  const [worker, web] = await Promise.all([
    hitsWorker ? system.startNode('worker') : system.worker(),
    hitsWeb ? system.startNode('web') : system.web(),
  ])
  system.workers[0] = worker
  system.webs[0] = web
}

test(
  'kill -9 at any moment, and a receiver that is down: every change of every group is told, under one key',
  async () => {
    const names = [...GROUPS]
    const senders = Promise.all(Array.from({ length: AT_ONCE }, () => runGroups(names)))
    for (const [i, victim] of VICTIMS.entries()) {
      if (i === DOWN_FROM) {
        target.answers((...all) => {
          progress++
          cut(...all)
        })
      }
      if (i === DOWN_UNTIL) target.answers(accept)
      await kill(victim)
    }
    await senders
    const areSent = async () => {
      const all = await notifications()
      return all.length >= 2 * GROUPS.length && all.every(({ status }) => status === 'sent')
    }
    await until(areSent, 'everything is sent')

    const keysOf = (group: string, status: string) => [
      ...new Set(accepted.filter(each => each.group === group && each.status === status).map(({ key }) => key)),
    ]
    const counts = GROUPS.map(group => [group, keysOf(group, 'firing').length, keysOf(group, 'resolved').length])
    expect(counts).toEqual(GROUPS.map(group => [group, 1, 1]))
    for (const { fingerprints } of accepted) expect(fingerprints).toHaveLength(ALERTS)
    for (const group of GROUPS) {
      const statuses = accepted.filter(each => each.group === group).map(({ status }) => status)
      expect([group, statuses]).toEqual([group, [...statuses].sort()]) // no end overtakes its beginning
    }
    const stored = (await notifications()).map(({ key }) => key)
    expect([...new Set(accepted.map(({ key }) => key))].sort()).toEqual([...stored].sort())
    const incidents = await system.web().get<{ items: IncidentItem[] }>('/api/incidents?limit=200')
    const own = incidents.body.items.filter(({ group_labels }) => group_labels.group)
    expect(own.map(({ group_labels, status }) => `${group_labels.group} ${status}`).sort()).toEqual(
      GROUPS.map(group => `${group} resolved`).sort(),
    )
    print(`${accepted.length} deliveries of ${stored.length} notifications, over ${VICTIMS.length} kills`)
  },
  2 * LIMIT_MS,
)
