import { Inhibition, NAMED_MAX } from '../../../src/alerts/muting/inhibition'

const rule = (source: Record<string, string>, target: Record<string, string>, equal: string[] = []) => ({
  source_matchers: matchersOf(source),
  target_matchers: matchersOf(target),
  equal,
})
const matchersOf = (labels: Record<string, string>) =>
  Object.entries(labels).map(([name, value]) => ({ name, op: '=' as const, value }))

/** The fingerprint is the id. */
const alert = (id: string, labels: Record<string, string>) => ({ id, fingerprint: id, labels })
const CRITICAL = { severity: 'critical' }
const WARNING = { severity: 'warning' }
const INFO = { severity: 'info' }

test('a source inhibits targets with the same values', () => {
  const inhibition = new Inhibition([rule(CRITICAL, WARNING, ['cluster', 'job'])])
  inhibition.add(alert('a', { ...WARNING, cluster: 'x', job: 'api' }))
  inhibition.add(alert('b', { ...WARNING, cluster: 'y', job: 'api' }))
  expect(inhibition.takeAffected()).toEqual(new Set())
  inhibition.add(alert('s', { ...CRITICAL, cluster: 'x', job: 'api' }))
  expect(inhibition.takeAffected()).toEqual(new Set(['a']))
  expect(inhibition.inhibitorsOf('a')).toEqual(['s'])
  expect(inhibition.inhibitorsOf('b')).toEqual([])
  expect(inhibition.inhibitorsOf('s')).toEqual([])
  expect(inhibition.inhibitorsOfLabels({ ...WARNING, cluster: 'x', job: 'api' })).toEqual(['s'])
})

test('labels that both lack agree, and those that only one lacks do not', () => {
  const inhibition = new Inhibition([rule(CRITICAL, WARNING, ['cluster'])])
  inhibition.add(alert('s', CRITICAL))
  inhibition.add(alert('a', WARNING))
  inhibition.add(alert('b', { ...WARNING, cluster: 'x' }))
  expect(inhibition.inhibitorsOf('a')).toEqual(['s'])
  expect(inhibition.inhibitorsOf('b')).toEqual([])
})

test('a target is inhibited until the last of its sources has ended', () => {
  const inhibition = new Inhibition([rule(CRITICAL, WARNING)])
  for (const id of ['s1', 's2']) inhibition.add(alert(id, CRITICAL))
  inhibition.add(alert('a', WARNING))
  expect(inhibition.inhibitorsOf('a')).toEqual(['s1', 's2'])
  inhibition.remove('s1')
  expect(inhibition.takeAffected()).toEqual(new Set(['a']))
  expect(inhibition.inhibitorsOf('a')).toEqual(['s2'])
  inhibition.remove('s2')
  expect(inhibition.inhibitorsOf('a')).toEqual([])
})

test('an alert that matches both sides is not inhibited by others that do, but by those that do not', () => {
  const inhibition = new Inhibition([rule({ team: 'x' }, WARNING)])
  inhibition.add(alert('both1', { ...WARNING, team: 'x' }))
  inhibition.add(alert('both2', { ...WARNING, team: 'x' }))
  inhibition.add(alert('target', WARNING))
  expect(inhibition.inhibitorsOf('both1')).toEqual([])
  expect(inhibition.inhibitorsOf('target')).toEqual(['both1', 'both2'])
  inhibition.add(alert('source', { ...CRITICAL, team: 'x' }))
  expect(inhibition.inhibitorsOf('both1')).toEqual(['source'])
  expect(inhibition.inhibitorsOfLabels({ ...WARNING, team: 'x' })).toEqual(['source'])
})

test('what is inhibited inhibits, too', () => {
  const inhibition = new Inhibition([rule(CRITICAL, WARNING), rule(WARNING, INFO)])
  inhibition.add(alert('c', CRITICAL))
  inhibition.add(alert('w', WARNING))
  inhibition.add(alert('i', INFO))
  expect(inhibition.inhibitorsOf('w')).toEqual(['c'])
  expect(inhibition.inhibitorsOf('i')).toEqual(['w'])
})

test('a rule without matchers on one side takes every alert', () => {
  const inhibition = new Inhibition([rule({ alertname: 'Maintenance' }, {})])
  inhibition.add(alert('m', { alertname: 'Maintenance' }))
  inhibition.add(alert('a', WARNING))
  expect(inhibition.inhibitorsOf('a')).toEqual(['m'])
  expect(inhibition.inhibitorsOf('m')).toEqual([])
})

test('sources of several rules are named once, and so many at most', () => {
  const inhibition = new Inhibition([rule(CRITICAL, WARNING), rule({ team: 'x' }, WARNING)])
  for (let i = 0; i < 30; i++) inhibition.add(alert(`s${i}`, { ...CRITICAL, team: 'x' }))
  inhibition.add(alert('a', WARNING))
  expect(inhibition.inhibitorsOf('a')).toEqual(Array.from({ length: NAMED_MAX }, (_, i) => `s${i}`))
})

test('5,000 sources and 5,000 targets take well under a second of CPU', () => {
  const inhibition = new Inhibition([rule(CRITICAL, WARNING, ['cluster'])])
  const started = process.cpuUsage()
  for (let i = 0; i < 5_000; i++) inhibition.add(alert(`s${i}`, { ...CRITICAL, cluster: 'x', i: `${i}` }))
  for (let i = 0; i < 5_000; i++) inhibition.add(alert(`t${i}`, { ...WARNING, cluster: 'x', i: `${i}` }))
  let named = 0
  for (const id of inhibition.takeAffected()) named += inhibition.inhibitorsOf(id).length
  for (let i = 0; i < 5_000; i++) inhibition.remove(`s${i}`)
  const { user, system } = process.cpuUsage(started)
  expect(named).toBe(5_000 * NAMED_MAX)
  expect(inhibition.takeAffected().size).toBe(5_000)
  expect((user + system) / 1_000).toBeLessThan(1_000)
})
