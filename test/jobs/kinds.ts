import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { defineKind, handle, JobFailure, type Jobs, type OnFailure, type Run } from '../../src/jobs'

/** Kinds for tests: the input decides what a run does. */
const script = z.strictObject({
  /** `hang` until the signal, `ignore` it, `query` the database until that fails, `log` for `ms`, or do something and return. */
  does: z
    .enum(['return', 'hang', 'ignore', 'query', 'log', 'throw', 'fail', 'lines', 'spawn', 'steps'])
    .default('return'),
  value: z.unknown().optional(),
  lines: z.number().default(0),
  children: z.array(z.unknown()).default([]),
  onFailure: z.enum(['fail', 'continue', 'ignore', 'forget']).optional(),
  ms: z.number().default(0),
})
export type Script = z.input<typeof script>

export const act = defineKind({ name: 'act', queue: 'demo', input: script })
export const persistent = defineKind({
  name: 'persistent',
  queue: 'demo',
  input: script,
  options: { attempts: 3, backoffMs: 1 },
})
export const limited = defineKind({ name: 'limited', queue: 'demo', input: script, options: { timeLimitMs: 50 } })
export const single = defineKind({
  name: 'single',
  queue: 'demo',
  input: z.strictObject({ key: z.string(), does: z.enum(['return', 'hang']).default('return') }),
  options: { dedupe: ({ key }) => key },
})

/** Every run started in this process, in order. */
export const startedRuns: { id: string; attempt: number }[] = []
/** Emits `started` after each of them. */
export const runs = new EventEmitter()

async function runScript(run: Run, input: z.output<typeof script>, { jobs }: { jobs: Jobs }): Promise<unknown> {
  startedRuns.push({ id: run.id, attempt: run.attempt })
  runs.emit('started')
  if (input.ms && input.does !== 'log') await delay(input.ms, undefined, { signal: run.signal })
  for (let i = 1; i <= input.lines; i++) await run.log.info(`line ${i}`)
  switch (input.does) {
    case 'hang':
      await hang(run)
      break
    case 'ignore':
      await new Promise(() => undefined)
      break
    case 'query':
      while (run.attempt === 1) await jobs.find({ tenantId: run.tenantId, id: run.id })
      break
    case 'log':
      for (const end = Date.now() + input.ms; Date.now() < end; await delay(5)) await run.log.info('still running')
      break
    case 'throw':
      throw new Error('as asked')
    case 'fail':
      throw new JobFailure('asked', 'as asked')
    case 'steps':
      await run.step('through', () => undefined)
      await run.step('broken', () => Promise.reject(new Error('as asked'))).catch(() => undefined)
      await run.step('under way', () => hang(run))
      break
    case 'spawn':
      for (const child of input.children) await run.spawn(act, child as Script, optionsOf(input.onFailure))
  }
  return input.value
}

const hang = (run: Run) =>
  new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))

const optionsOf = (onFailure: OnFailure | undefined) => (onFailure ? { onFailure } : {})

export const scripted = [
  handle(act, runScript),
  handle(persistent, runScript),
  handle(limited, runScript),
  handle(single, async (run, { does }) => {
    if (does === 'hang')
      await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(new Error('aborted'))))
  }),
] as const
