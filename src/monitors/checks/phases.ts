import { performance } from 'node:perf_hooks'
import { type Failure, PHASES, type Phase, type Refused } from '../../base/failure'
import type { Level } from '../../base/log'

/** Where a check tells what it does, the moment it happens. A job's `run` fits behind it. */
export interface Trace {
  /** Brackets one phase. `work` rejects when the phase failed. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /** A promise means: wait before telling more. */
  log(level: Level, message: string, data?: Record<string, unknown>): Promise<void> | undefined
}

export const SILENT: Trace = { step: (_name, work) => work(), log: () => undefined }

/** Ends a check from inside a phase. Never leaves this folder: outside, a failed check is data. */
export class Down extends Error {
  override name = 'Down'

  constructor(readonly failure: Failure) {
    super(failure.message)
  }
}

/** Milliseconds with two decimals: finer than that is noise. */
const rounded = (ms: number) => Math.round(ms * 100) / 100

/**
 * Times phases: only the work itself, not what telling about it takes, so that a slow database does not look like a slow
 * server. `mark` ends the first byte on the clock before its work is done: the rest of the head counts as transfer.
 */
export function createPhases(trace: Trace) {
  const ms = Object.fromEntries(PHASES.map(phase => [phase, null])) as Record<Phase, number | null>
  let total = 0

  function add(phase: Phase, elapsed: number): number {
    total += elapsed
    ms[phase] = rounded((ms[phase] ?? 0) + elapsed)
    return rounded(elapsed)
  }

  return {
    ms,
    /** Milliseconds of all phases together. */
    total: () => rounded(total),
    /**
     * @param hop how many redirects came before
     * @param tell the line for a phase that went well
     * @throws Down when it did not
     */
    run<T extends object>(
      phase: Phase,
      hop: number,
      work: (mark: () => void) => Promise<T | Refused>,
      tell: (value: T) => string,
    ): Promise<T> {
      const name = phase.replace('_', ' ')
      return trace.step(hop ? `redirect ${hop}: ${name}` : name, async () => {
        const started = performance.now()
        let marked: number | undefined
        const value = await work(() => {
          marked ??= performance.now()
        })
        const ended = performance.now()
        const phaseMs = add(phase, (marked ?? ended) - started)
        if (marked !== undefined) add('transfer', ended - marked)
        if (isRefused(value)) {
          await trace.log('error', `${value.error.message}, after ${phaseMs} ms`, {
            code: value.error.code,
            ms: phaseMs,
          })
          throw new Down({ ...value.error, phase })
        }
        await trace.log('info', `${tell(value)}, ${phaseMs} ms`, { ms: phaseMs })
        return value
      })
    },
  }
}

export type Phases = ReturnType<typeof createPhases>

export const isRefused = (value: object): value is Refused => 'error' in value
