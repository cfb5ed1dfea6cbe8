import fc from 'fast-check'
import { hasEnded, type JobState } from '../../../src/jobs/lifecycle/job'
import { type Change, transition } from '../../../src/jobs/lifecycle/transitions'

const by = { type: 'system' as const, id: null, name: 'test' }
const fresh: JobState = {
  tenant_id: 't',
  id: 'j',
  kind: 'act',
  queue: 'demo',
  status: 'pending',
  attempt: 0,
  max_attempts: 2,
  run_at: null,
  outcome: null,
  error: null,
  progress: null,
  steps: [],
  parent_id: null,
  root_id: 'j',
  on_failure: null,
  worker: null,
  cancel: null,
  awaits_children: false,
  created_at: new Date(0),
  waited_ms: null,
  started_at: null,
  ended_at: null,
  version: 0,
}

const fence = fc.record({ attempt: fc.integer({ min: 0, max: 4 }), worker: fc.constantFrom('a', 'b') })
const error = { code: 'error', message: 'm' }
const cancel = { reason: 'r', by, at: '2026-01-01T00:00:00.000Z' }
const running = [
  { name: 's', status: 'running' as const, started_at: '2026-01-01T00:00:00.000Z', ended_at: null, lines: 0 },
]
const good = { level: 'ok' as const, text: 'fine' }
const change: fc.Arbitrary<Change> = fc.oneof(
  fence.map(f => ({ type: 'start' as const, at: new Date(0), ...f })),
  fence.map(f => ({ type: 'advance' as const, steps: running, ...f })),
  fence.map(f => ({ type: 'await_children' as const, result: '1', outcome: good, steps: running, ...f })),
  fence.map(f => ({ type: 'complete' as const, at: new Date(0), result: '1', outcome: good, steps: running, ...f })),
  fc
    .tuple(fence, fc.constantFrom(null, { delayMs: 0 }, { delayMs: 5 }))
    .map(([f, retry]) => ({ type: 'fail' as const, at: new Date(0), error, steps: running, retry, ...f })),
  fence.map(f => ({ type: 'stop' as const, steps: running, ...f })),
  fence.map(f => ({ type: 'lose' as const, reason: 'r', ...f })),
  fence.map(f => ({ type: 'postpone' as const, at: new Date(0), delayMs: 5, ...f })),
  fc.constant({ type: 'cancel' as const }),
  fc.constant({ type: 'request_cancel' as const, cancel }),
  fc.constant({ type: 'requeue' as const }),
  fc
    .tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(null, error))
    .map(([attempt, error]) => ({ type: 'settle' as const, attempt, error })),
  fc.constant({ type: 'retry' as const, attempts: 1, by }),
)

function expectConsistent(before: JobState, change: Change, after: JobState) {
  const isOver = hasEnded(after.status)
  expect(isOver).toBe(after.ended_at !== null)
  expect(after.attempt).toBeGreaterThanOrEqual(before.attempt - (change.type === 'postpone' ? 1 : 0))
  if (after.status === 'running') expect(after.worker).not.toBeNull()
  if (isOver) expect(after.steps.filter(step => step.status === 'running')).toEqual([])
  if (after.status === 'completed') expect(after.error).toBeNull()
  if (after.status === 'failed') expect(after.outcome).toEqual({ level: 'bad', text: after.error?.message })
  if (after.status === 'cancelled') expect(after.outcome).toEqual({ level: 'warn', text: 'Cancelled by test: r' })
  if (after.status === 'failed') expect(after.error).not.toBeNull()
  // An end is final unless the job is retried.
  if (hasEnded(before.status)) expect(change.type).toBe('retry')
  if (after.status === 'cancelled') expect(after.cancel).not.toBeNull()
  if (before.cancel && change.type !== 'retry') expect(['cancelled', before.status]).toContain(after.status)
}

test('any events in any order leave a job in a consistent state', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), changes => {
      let job = fresh
      for (const [i, each] of changes.entries()) {
        const done = transition(job, each, new Date(i))
        if (done) expectConsistent(job, each, done.next)
        job = done?.next ?? job
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a report counts once, and only from the current run', () => {
  const started = transition(fresh, { type: 'start', at: new Date(), attempt: 1, worker: 'a' }, new Date())
  const job = started?.next ?? fresh
  expect(transition(job, { type: 'start', at: new Date(), attempt: 1, worker: 'a' }, new Date())).toBeUndefined()
  const complete = { type: 'complete' as const, at: new Date(7), result: null, outcome: good, steps: [] }
  expect(transition(job, { ...complete, attempt: 1, worker: 'b' }, new Date())).toBeUndefined()
  expect(transition(job, { ...complete, attempt: 2, worker: 'a' }, new Date())).toBeUndefined()
  const done = transition(job, { ...complete, attempt: 1, worker: 'a' }, new Date())
  expect(done).toMatchObject({
    event: 'completed',
    next: { status: 'completed', outcome: good, ended_at: new Date(7) },
  })
  expect(transition(done?.next ?? job, { ...complete, attempt: 1, worker: 'a' }, new Date())).toBeUndefined()
})

test('a run starts with its handler, not when the start is stored', () => {
  const start = { type: 'start' as const, at: new Date(5), attempt: 1, worker: 'a' }
  expect(transition(fresh, start, new Date(9))).toMatchObject({ next: { started_at: new Date(5) } })
})

test('a lost run does not use up an attempt, but ten of them fail the job', () => {
  let job = fresh
  for (let attempt = 1; attempt <= 10; attempt++) {
    job = transition(job, { type: 'start', at: new Date(), attempt, worker: 'a' }, new Date())?.next ?? job
    expect(job).toMatchObject({ status: 'running', attempt })
    expect(job.max_attempts).toBeGreaterThan(attempt)
    job = transition(job, { type: 'lose', attempt, worker: 'a', reason: 'gone' }, new Date())?.next ?? job
  }
  expect(job).toMatchObject({ status: 'failed', error: { code: 'stalled' } })
})

test('a run that hands its job back uses up no attempt, and no lost run', () => {
  let job = fresh
  for (let run = 1; run <= 50; run++) {
    job = transition(job, { type: 'start', at: new Date(), attempt: 1, worker: 'a' }, new Date())?.next ?? job
    expect(job).toMatchObject({ status: 'running', attempt: 1 })
    const postpone = { type: 'postpone' as const, at: new Date(run), delayMs: 5, attempt: 1, worker: 'a' }
    expect(transition(job, { ...postpone, worker: 'b' }, new Date())).toBeUndefined()
    job = transition(job, postpone, new Date())?.next ?? job
    expect(job).toMatchObject({ status: 'scheduled', attempt: 0, max_attempts: 2, run_at: new Date(run + 5) })
    expect(transition(job, postpone, new Date())).toBeUndefined()
  }
})

test('an abandoned run cannot end the next one', () => {
  const begin = (attempt: number, worker: string, job: JobState) =>
    transition(job, { type: 'start', at: new Date(), attempt, worker }, new Date())?.next ?? job
  const stale = { attempt: 1, worker: 'a' }
  const mine = begin(1, 'b', fresh)
  for (const late of ['lose', 'stop'] as const) {
    expect(transition(mine, { type: late, steps: [], reason: 'r', ...stale }, new Date())).toBeUndefined()
    const retried = { ...fresh, attempt: 1, status: 'pending' as const }
    expect(transition(retried, { type: late, steps: [], reason: 'r', ...stale }, new Date())).toBeUndefined()
  }
  expect(transition(begin(2, 'b', { ...fresh, attempt: 1 }), { type: 'settle', attempt: 1, error }, new Date())).toBe(
    undefined,
  )
})

test('a cancellation that nobody requested is not applied', () => {
  expect(transition(fresh, { type: 'cancel' }, new Date())).toBeUndefined()
})

test('a job has waited until its first start, from when it was due; later attempts do not count', () => {
  const start = (job: JobState, attempt: number, at: number) =>
    transition(job, { type: 'start', at: new Date(at), attempt, worker: 'a' }, new Date(at))?.next ?? job
  expect(start(fresh, 1, 30).waited_ms).toBe(30)
  const planned = start({ ...fresh, status: 'scheduled', run_at: new Date(1_000) }, 1, 1_005)
  expect(planned).toMatchObject({ waited_ms: 5, started_at: new Date(1_005), run_at: null })
  const fail = { type: 'fail' as const, at: new Date(2_000), error, steps: [], attempt: 1, worker: 'a' }
  const between = transition(planned, { ...fail, retry: { delayMs: 500 } }, new Date(2_009))?.next ?? planned
  expect(between).toMatchObject({ status: 'scheduled', run_at: new Date(2_500), started_at: null, waited_ms: 5 })
  expect(start(between, 2, 9_000)).toMatchObject({ waited_ms: 5, started_at: new Date(9_000) })
  const failed = transition(planned, { ...fail, retry: null }, new Date(2_009))?.next ?? planned
  const again = transition(failed, { type: 'retry', attempts: 1, by }, new Date(60_000))?.next ?? failed
  expect(again).toMatchObject({ status: 'pending', run_at: new Date(60_000), outcome: null, waited_ms: 5 })
})

test('a parent whose children failed is not good, whatever it returned itself', () => {
  const parent: JobState = {
    ...fresh,
    status: 'running',
    attempt: 1,
    worker: 'a',
    awaits_children: true,
    outcome: good,
  }
  const endOf = (failed: number, outcome = good) => {
    const settle = { type: 'settle' as const, attempt: 1, error: null, children: { total: 3, failed } }
    return transition({ ...parent, outcome }, settle, new Date())?.next.outcome
  }
  expect(endOf(0)).toEqual(good)
  expect(endOf(1)).toEqual({ level: 'warn', text: '1 of 3 child jobs failed' })
  expect(endOf(3)).toEqual({ level: 'bad', text: '3 of 3 child jobs failed' })
})
