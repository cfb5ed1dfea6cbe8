import { AsyncLocalStorage } from 'node:async_hooks'
import type { Step } from '../../contract/jobs'
import { storedName } from '../../streams'
import type { StepEnding } from '../lifecycle/job'

/** Steps beyond this number are not recorded. */
const STEPS_MAX = 100

/** The step whose work is running, so that lines logged inside belong to it even when steps run in parallel. */
const current = new AsyncLocalStorage<string>()

/** The steps of one attempt, by name: a step that is entered again continues. */
export class Steps {
  private readonly byName = new Map<string, Step & { entered: number }>()

  /** @param isCancelled whether a step that fails now fails because the job was cancelled */
  constructor(private readonly isCancelled: () => boolean) {}

  static get current(): string | null {
    return current.getStore() ?? null
  }

  /** Runs the work of a step; `changed` is called when it starts and when it ends. */
  async run<T>(given: string, work: () => Promise<T> | T, changed: () => Promise<void> | undefined): Promise<T> {
    const name = storedName(given) // the same as in its lines
    const step = this.enter(name)
    if (step?.entered === 1) await changed()
    try {
      const result = await current.run(name, async () => work())
      if (step) await this.leave(step, 'completed', changed)
      return result
    } catch (error) {
      if (step) await this.leave(step, this.isCancelled() ? 'cancelled' : 'failed', changed)
      throw error
    }
  }

  private enter(name: string) {
    const known = this.byName.get(name)
    if (!known && this.byName.size >= STEPS_MAX) return undefined
    const step = known ?? {
      name,
      status: 'running',
      started_at: new Date().toISOString(),
      ended_at: null,
      lines: 0,
      entered: 0,
    }
    if (step.entered === 0) Object.assign(step, { status: 'running', ended_at: null })
    step.entered++
    this.byName.set(name, step as Step & { entered: number })
    return step
  }

  private async leave(step: Step & { entered: number }, status: StepEnding, changed: () => Promise<void> | undefined) {
    step.entered--
    if (status !== 'completed') step.status = status
    if (step.entered > 0) return
    if (step.status === 'running') step.status = 'completed'
    step.ended_at = new Date().toISOString()
    await changed()
  }

  countLine(name: string | null, count = 1) {
    const step = name === null ? undefined : this.byName.get(storedName(name))
    if (step) step.lines += count
  }

  snapshot(): Step[] {
    return Array.from(this.byName.values(), ({ entered: _, ...step }) => ({ ...step }))
  }
}
