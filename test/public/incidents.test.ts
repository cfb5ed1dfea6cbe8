import { mutedBy } from '../../public/alerts/muted-by'
import { incidentParams } from '../../public/incidents/filters'
import { applyToIncidents, type IncidentNews, openFirst } from '../../public/incidents/live-incidents'
import { isAboutMutes, notNotifiedWords, whyNotNotified } from '../../public/incidents/not-notified'
import { countsAfter } from '../../public/incidents/open-counts'
import { timelineSteps, withNewEntries } from '../../public/incidents/timeline-steps'
import { byReceiver } from '../../public/notifications/by-receiver'
import { nextOf } from '../../public/notifications/notification-words'
import { chosenText, settingsOf } from '../../public/receivers/receiver-fields'
import type { IncidentItem, TimelineEntry } from '../../src/contract/incidents'
import type { Notification, Receiver } from '../../src/contract/receivers'

const entry = (id: string, kind: TimelineEntry['kind'], second: number, more: Partial<TimelineEntry> = {}) => ({
  ...{ id, kind, at: new Date(second * 1_000).toISOString(), actor: null, reason: null, text: null, count: null },
  ...{ fingerprints: [], by: [], notification_id: null },
  ...more,
})
const incident = (id: string, status: IncidentItem['status']) => ({ id, status }) as IncidentItem
const news = (id: string, status: IncidentItem['status'], type = 'incident_updated'): IncidentNews => ({
  ...{ type, id, status, at: '2026-01-01T00:00:00.000Z' },
})

test('bursts of a timeline are folded, and what people write is not', () => {
  const steps = timelineSteps([
    entry('6', 'note', 300, { text: 'b' }),
    entry('5', 'note', 299, { text: 'a' }),
    entry('4', 'firing', 130, { count: 20, fingerprints: ['c'] }),
    entry('3', 'firing', 100, { count: 16, fingerprints: ['b'] }),
    entry('2', 'firing', 10, { count: 2, fingerprints: ['a'] }),
    entry('1', 'opened', 9, { count: 1, fingerprints: ['a'] }),
  ])
  expect(steps.map(({ kind, count }) => [kind, count])).toEqual([
    ['note', 0],
    ['note', 0],
    ['firing', 36],
    ['firing', 2],
    ['opened', 1],
  ])
  expect(steps[2]).toMatchObject({ from: new Date(100_000).toISOString(), fingerprints: ['b', 'c'] })
})

test('alerts that different silences mute are told apart', () => {
  const steps = timelineSteps([entry('2', 'muted', 2, { by: ['x'] }), entry('1', 'muted', 1, { by: ['y'] })])
  expect(steps).toHaveLength(2)
})

test('an entry that is delivered twice appears once, in its place', () => {
  const known = [entry('3', 'note', 3), entry('1', 'opened', 1)]
  const added = withNewEntries(known, [entry('2', 'firing', 2), entry('3', 'note', 3), entry('2', 'firing', 2)])
  expect(added.map(({ id }) => id)).toEqual(['3', '2', '1'])
  expect(withNewEntries(known, [entry('1', 'opened', 1)])).toBe(known)
})

test('events change the status of rows, but nothing brings a resolved incident back', () => {
  const rows = [incident('a', 'open'), incident('b', 'resolved')]
  const next = applyToIncidents(rows, [news('a', 'acknowledged'), news('b', 'open'), news('c', 'open')])
  expect(next.map(({ status }) => status)).toEqual(['acknowledged', 'resolved'])
  expect(next[1]).toBe(rows[1])
})

test('open incidents come first, otherwise in the order of the list', () => {
  const rows = [incident('a', 'muted'), incident('b', 'open'), incident('c', 'acknowledged'), incident('d', 'open')]
  expect(openFirst(rows).map(({ id }) => id)).toEqual(['b', 'd', 'c', 'a'])
})

test('counts follow the events since the server counted', () => {
  const counts = { open: 2, muted: 0, acknowledged: 1 }
  const after = countsAfter(counts, [
    news('a', 'open', 'incident_created'),
    news('a', 'acknowledged', 'incident_acknowledged'),
    news('a', 'acknowledged'),
    news('b', 'resolved', 'incident_resolved'),
  ])
  expect(after).toEqual({ open: 1, muted: 0, acknowledged: 2 })
})

test('a tab is a status, all of them, or those that are not over', () => {
  const params = (status: string) => incidentParams({ status, severity: 'nonsense', q: '' })
  expect(params('')).toEqual({ status: 'open,muted,acknowledged' })
  expect(params('resolved')).toEqual({ status: 'resolved' })
  expect(params('all')).toEqual({})
})

test('what mutes is told apart by its form', () => {
  const silence = '0190a000-0000-7000-8000-000000000001'
  expect(mutedBy([silence, '0123456789abcdef', 'Night'])).toEqual({
    silenced_by: [silence],
    inhibited_by: ['0123456789abcdef'],
    maintenance: ['Night'],
  })
})

test('notifications are grouped by receiver, the latest first', () => {
  const told = byReceiver(['b', 'a', 'b', null].map(receiver => ({ receiver }) as Notification))
  expect(told.map(({ receiver, notifications }) => [receiver, notifications.length])).toEqual([
    ['b', 2],
    ['a', 1],
    [null, 1],
  ])
})

test('settings of a receiver are sent by type, and secrets that are left empty stay as they are', () => {
  const email = { to: 'a@example.org, b@example.org', port: '25', host: ' mail ', username: '', password: '' }
  expect(settingsOf('email', email, null)).toEqual({
    to: ['a@example.org', 'b@example.org'],
    port: 25,
    host: 'mail',
  })
  const known = { type: 'email', settings: { username: 'me' }, has_secrets: ['password'] } as unknown as Receiver
  expect(settingsOf('email', email, known)).toMatchObject({ username: null })
  expect(settingsOf('email', email, known)).not.toHaveProperty('password')
})

test('the receivers of a group are chosen by name', () => {
  const receivers = chosenText(chosenText('', 'a, b', true), 'c', true)
  expect(settingsOf('group', { receivers }, null)).toEqual({ receivers: ['a, b', 'c'] })
  expect(settingsOf('group', { receivers: chosenText(receivers, 'a, b', false) }, null)).toEqual({ receivers: ['c'] })
})

test.each([
  [{ reason: 'silenced', text: 'S.', by: ['s1'], count: 2 }, true, 'Nobody was notified of 2 alerts', 'S.'],
  [{ reason: 'acknowledged', text: 'A.', by: ['Ada'], count: null }, false, 'Nobody was notified', 'A. (Ada)'],
  [{ reason: 'interval', text: 'I.', by: ['nights'], count: null }, false, 'Nobody was notified', 'I. (nights)'],
  [{ reason: 'receiver_disabled', text: 'D.', by: ['ops'], count: null }, false, 'ops was not notified', 'D.'],
  [{ reason: 'no_receiver', text: 'N.', by: [], count: null }, false, 'Nobody was notified', 'N.'],
])('who was not notified and why: %j', (entry, isMuted, who, why) => {
  expect([isAboutMutes(entry), notNotifiedWords(entry), whyNotNotified(entry)]).toEqual([isMuted, who, why])
})

test('a decision says when something is sent only as long as that is to come', () => {
  const at = (second: number) => new Date(second * 1_000).toISOString()
  expect(nextOf({ status: 'not_sent', next_at: at(60) }, 59_000)).toBe(at(60))
  expect(nextOf({ status: 'not_sent', next_at: at(60) }, 61_000)).toBeNull()
  expect(nextOf({ status: 'pending', next_at: at(60) }, 61_000)).toBe(at(60))
  expect(nextOf({ status: 'sent', next_at: null }, 0)).toBeNull()
})
