import fc from 'fast-check'
import { hasEnded, type JobRow, type JobState } from '../../../src/jobs/lifecycle/job'
import { findJob } from '../../../src/jobs/lifecycle/job-store'
import { type TransitionResult, transitionEffect } from '../../../src/jobs/lifecycle/transition-effect'
import { type Change, transition } from '../../../src/jobs/lifecycle/transitions'
import { ActiveRun } from '../../../src/jobs/worker/active-run'
import { act, scripted } from '../kinds'
import { ACTOR, createPlace, entriesOf, type TestNode } from '../node'

let place: Awaited<ReturnType<typeof createPlace>>
let nodes: TestNode[]
beforeAll(async () => {
  place = await createPlace()
  const options = { handlers: scripted, works: false }
  nodes = [await place.start(options), await place.start(options)]
})
afterAll(() => place.stop())

const JOBS = 2
/** Runs of a job, which may overlap: an abandoned run does not know yet that it was. */
const RUNS = 3
const good = { level: 'ok' as const, text: 'fine' }
const error = { code: 'error', message: 'm' }
const cancel = { reason: 'enough', by: ACTOR, at: '2026-01-01T00:00:00.000Z' }
const steps = [{ name: 's', status: 'completed' as const, started_at: cancel.at, ended_at: cancel.at, lines: 0 }]

/** What a run reports about itself, with its fence. */
const REPORTS = {
  start: { type: 'start' as const, at: new Date(0) },
  advance: { type: 'advance' as const, steps },
  progress: { type: 'advance' as const, progress: { percent: 1 } },
  await_children: { type: 'await_children' as const, result: '1', outcome: good, steps },
  complete: { type: 'complete' as const, at: new Date(0), result: '2', outcome: good, steps },
  fail: { type: 'fail' as const, at: new Date(0), error, steps, retry: null },
  fail_once: { type: 'fail' as const, at: new Date(0), error, steps, retry: { delayMs: 0 } },
  stop: { type: 'stop' as const, steps },
  lose: { type: 'lose' as const, reason: 'gone' },
}
/** What other processes do to a job. */
const ACTS = {
  request_cancel: { type: 'request_cancel' as const, cancel },
  cancel: { type: 'cancel' as const },
  requeue: { type: 'requeue' as const },
  settle: { type: 'settle' as const, attempt: 1, error },
  retry: { type: 'retry' as const, attempts: 1, by: ACTOR },
}

const command = fc.record({
  job: fc.nat(JOBS - 1),
  node: fc.nat(1),
  run: fc.nat(RUNS - 1),
  // The usual events of a job are twice as likely.
  what: fc.constantFrom(
    ...(Object.keys({ ...REPORTS, ...ACTS }) as (keyof typeof REPORTS | keyof typeof ACTS)[]),
    ...(['start', 'start', 'start', 'complete', 'request_cancel', 'retry'] as const),
  ),
  /** Whether everything before is committed first; otherwise the step shares a flush with its neighbours. */
  apart: fc.boolean(),
})
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

interface Subject {
  row: JobRow
  /** By node. Run k is attempt k + 1. */
  runs: ActiveRun[][]
}

async function createJobs(): Promise<Subject[]> {
  const [node] = nodes as [TestNode]
  const made = Array.from({ length: JOBS }, () => node.jobs.enqueuer.accept(act, {}, node.by))
  return (await Promise.all(made)).map(({ row }) => {
    if (!row) throw new Error('The job was not created')
    const runsOf = ({ jobs: { enqueuer }, streams, log }: TestNode, no: number) => {
      const deps = { enqueuer, streams, log, process: `process ${no}` }
      // Later runs start with an outdated view.
      return Array.from({ length: RUNS }, (_, attempt) => new ActiveRun(deps, { ...row, attempt, version: -attempt }))
    }
    return { row, runs: nodes.map(runsOf) }
  })
}

function changeOf({ what }: Command, run: ActiveRun): Change {
  return what in REPORTS ? { ...REPORTS[what as keyof typeof REPORTS], ...run.key } : ACTS[what as keyof typeof ACTS]
}

function send(subject: Subject, command: Command, change: Change): Promise<TransitionResult> {
  const node = nodes[command.node] as TestNode
  const { tenant_id: tenantId, id } = subject.row
  return command.what in REPORTS
    ? runOf(subject, command).commit(change)
    : node.streams.commit(transitionEffect, { tenantId, id, change })
}

const runOf = ({ runs }: Subject, { node, run }: Command) => runs[node]?.[run] as ActiveRun

const stored = async ({ row }: Subject): Promise<JobRow> => {
  const found = await findJob((nodes[0] as TestNode).db, { tenantId: row.tenant_id, id: row.id })
  if (!found) throw new Error('The job is gone')
  return found
}

const summaryOf = ({
  status,
  attempt,
  max_attempts,
  cancel,
  worker,
  error,
  progress,
  steps,
  awaits_children,
}: JobState) => ({
  ...{ status, attempt, max_attempts, cancel, worker, error, progress, awaits_children },
  steps: steps.map(({ name, status }) => `${name} ${status}`),
})

/** The topic matches the row, and only a retry may follow its end. */
async function expectTopicMatches(subject: Subject) {
  const [node] = nodes as [TestNode]
  const entries = await entriesOf(node, `job:${subject.row.id}`)
  const states = entries.filter(({ kind }) => kind === 'status').map(({ data }) => data.job)
  const { status, attempt, cancel } = await stored(subject)
  expect(states.at(-1)).toMatchObject({ status, attempt, ...(cancel && { cancel: { reason: cancel.reason } }) })
  for (const [i, entry] of entries.entries()) {
    if (entry.kind !== 'status' || !hasEnded(entry.data.job.status)) continue
    const next = entries[i + 1]
    expect(next?.message ?? 'Retried').toBe('Retried')
  }
}

test('one process: changes that share a flush are applied to the job one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 25 }), async commands => {
      const subjects = await createJobs()
      const models: JobState[] = subjects.map(({ row }) => row)
      const sent: Promise<TransitionResult>[] = []
      const expected: boolean[] = []
      for (const each of commands.map(one => ({ ...one, node: 0 }))) {
        const subject = subjects[each.job] as Subject
        const model = models[each.job] as JobState
        if (each.apart) await Promise.all(sent)
        const change = changeOf(each, runOf(subject, each))
        const done = transition(model, change, new Date())
        models[each.job] = done?.next ?? model
        expected.push(done !== undefined)
        sent.push(send(subject, each, change))
      }
      const results = await Promise.all(sent)
      expect(results.map(result => result?.applied)).toEqual(expected)
      for (const [i, subject] of subjects.entries()) {
        expect(summaryOf(await stored(subject))).toEqual(summaryOf(models[i] as JobState))
        await expectTopicMatches(subject)
      }
    }),
    { numRuns: 75 },
  )
})

test('two processes: no accepted cancel is lost, and no attempt runs twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 25 }), async commands => {
      const subjects = await createJobs()
      const sent: { command: Command; result: Promise<TransitionResult> }[] = []
      for (const each of commands) {
        const subject = subjects[each.job] as Subject
        if (each.apart) await Promise.all(sent.map(({ result }) => result))
        sent.push({ command: each, result: send(subject, each, changeOf(each, runOf(subject, each))) })
      }
      const applied: Command[] = []
      for (const { command, result } of sent) if ((await result)?.applied) applied.push(command)
      for (const [job, subject] of subjects.entries()) {
        const done = applied.filter(each => each.job === job)
        const starts = done.filter(({ what }) => what === 'start').map(({ run }) => run)
        expect(new Set(starts).size).toBe(starts.length)
        const { status, cancel } = await stored(subject)
        const wasCancelled = done.some(({ what }) => what === 'request_cancel')
        if (wasCancelled && !done.some(({ what }) => what === 'retry')) {
          expect(cancel).toMatchObject({ reason: 'enough' })
          expect(['running', 'cancelled']).toContain(status)
        }
        await expectTopicMatches(subject)
      }
    }),
    { numRuns: 75 },
  )
})
