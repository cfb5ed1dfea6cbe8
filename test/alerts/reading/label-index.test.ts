import { compileMatchers, parseMatchers } from '../../../src/alerts/matching'
import { TenantMemory } from '../../../src/alerts/occurrences/tenant-memory'
import { candidates } from '../../../src/alerts/reading'
import { alertNo, alertsTo } from './alerts'

/** What a filter finds among the candidates, after comparing it with what it finds among all. */
function find(memory: TenantMemory, filter: string): string[] {
  const matchers = parseMatchers(filter)
  const hold = compileMatchers(matchers)
  const numbers = (found: { labels: Readonly<Record<string, string>> }[]) => found.map(({ labels }) => labels.no ?? '')
  const found = numbers(
    candidates(memory, matchers)
      .all()
      .filter(({ labels }) => hold(labels)),
  )
  expect(found).toEqual(numbers(memory.all().filter(({ labels }) => hold(labels))))
  return found
}

function memoryOf(count: number): TenantMemory {
  const memory = new TenantMemory(0)
  for (const alert of alertsTo(count)) memory.put(alert)
  return memory
}

test('candidates are the fewest that have a value', () => {
  const memory = memoryOf(12)
  const countOf = (filter: string) => candidates(memory, parseMatchers(filter)).all().length
  expect(countOf('no="5"')).toBe(1)
  expect(countOf('alertname="Down", no="5"')).toBe(1)
  expect(countOf('alertname="Down", job="job-1"')).toBe(4)
  expect(countOf('job="job-9"')).toBe(0)
  for (const filter of ['job=~"job-1|job-2"', 'job!="job-1"', 'team=""', '']) expect(countOf(filter)).toBe(12)
})

test('candidates follow every change, in the order of ids', () => {
  const memory = memoryOf(9)
  expect(find(memory, 'job="job-1"')).toEqual(['1', '4', '7'])
  memory.remove(alertNo(4).id)
  memory.put(alertNo(10))
  expect(find(memory, 'job="job-1"')).toEqual(['1', '7', '10'])
  // another occurrence of the same alert, and a change of one that is known
  memory.put({ ...alertNo(7), id: alertNo(11).id })
  memory.put({ ...alertNo(1), annotations: {} })
  expect(find(memory, 'job="job-1"')).toEqual(['1', '10', '7'])
  memory.put(alertNo(4))
  expect(find(memory, 'job="job-1"')).toEqual(['1', '4', '10', '7'])
  for (const { id } of [...memory.all()]) memory.remove(id)
  expect(find(memory, 'job="job-1"')).toEqual([])
})

test('candidates follow more changes than are remembered, and labels beyond those kept', () => {
  const memory = memoryOf(3)
  expect(find(memory, 'job="job-1"')).toEqual(['1'])
  for (let i = 0; i < 30_000; i++) memory.put(alertNo(1 + (i % 5)))
  expect(find(memory, 'job="job-1"')).toEqual(['1', '4'])
  for (let i = 0; i < 20; i++) expect(find(memory, `job="job-1", label_${i}="x"`)).toEqual([])
  expect(find(memory, 'job="job-1"')).toEqual(['1', '4'])
})

test('a label named like something that objects inherit is found only where it is one', () => {
  const memory = memoryOf(2)
  memory.put(alertNo(3, { labels: JSON.parse('{"__proto__":"x","constructor":"y","no":"3"}') }))
  expect(find(memory, 'constructor="y"')).toEqual(['3'])
  expect(find(memory, '__proto__="x"')).toEqual(['3'])
})
