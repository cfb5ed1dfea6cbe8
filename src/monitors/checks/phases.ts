import { performance } from 'node:perf_hooks'
import { type Failure, PHASES, type Phase, type Refused } from '../../base/failure'
import type { Level } from '../../base/log'

/** Where a check logs what it does as it happens. A job's `run` satisfies it. */
export interface Trace {
  /** Runs one phase. `work` rejects if the phase fails. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Returns a promise when the buffer is full: await it before logging more. */
  log(level: Level, message: string, data?: Record<string, unknown>): Promise<void> | undefined
}

export const SILENT: Trace = { step: (_name, work) => work(), log: () => undefined }

/** Ends a check from inside a phase. It never leaves this folder: outside, a failed check is data. */
export class Down extends Error {
  override name = 'Down'

  constructor(readonly failure: Failure) {
    super(failure.message)
  }
}

/** Milliseconds with two decimals: finer than that is noise. */
const rounded = (ms: number) => Math.round(ms * 100) / 100

/**
 * Times phases: only the work itself and not its logging, so that a slow database does not look like a slow server.
 * `mark` ends a phase before its work is done, for the first byte: the rest of the response head counts as transfer.
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
    /** Total of all phases in milliseconds. */
    total: () => rounded(total),
    /**
     * @param hop the number of redirects before this request
     * @param describe the log line for a phase that succeeded
     * @throws Down if the phase failed
     */
    run<T extends object>(
      phase: Phase,
      hop: number,
      work: (mark: () => void) => Promise<T | Refused>,
      describe: (value: T) => string,
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
        await trace.log('info', `${describe(value)}, ${phaseMs} ms`, { ms: phaseMs })
        return value
      })
    },
  }
}

export type Phases = ReturnType<typeof createPhases>

export const isRefused = (value: object): value is Refused => 'error' in value
