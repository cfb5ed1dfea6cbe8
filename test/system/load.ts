import {
  createJobs,
  demoLines,
  difference,
  expectCompleteLog,
  getAttempts,
  getJob,
  getLog,
  handlerMessages,
  type Job,
} from './jobs'
import type { Node } from './node'
import type { System } from './system'
import { eventCounts, Viewer } from './viewer'

/** What each job does. */
export const STEP = { lines: 300, interval_ms: 5 }
const DELAY_MS = 2_500

/** The web process with this index, or the next one that is running. */
export const runningFrom =
  ({ webs }: System, index: number) =>
  () => {
    const order = webs.map((_, i) => webs[(index + i) % webs.length] as Node)
    return order.find(web => web.isRunning()) ?? (order[0] as Node)
  }

/** Jobs in every state, each with a viewer, to inject a fault into. */
export class Load {
  readonly feed: Viewer
  readonly viewers = new Map<string, Viewer>()
  private jobs: Job[] = []

  constructor(private readonly system: System) {
    this.feed = new Viewer({ topic: 'events', at: runningFrom(system, 0) })
  }

  /** Creates more jobs than the workers can run at once, and some delayed ones; resolves when some have logged lines. */
  async begin() {
    const { webs } = this.system
    const running = await createJobs(webs, 4, STEP)
    await this.watch(running)
    const more = await Promise.all([
      createJobs(webs, 6, STEP),
      createJobs(webs, 2, STEP, { delay_ms: DELAY_MS }),
      createJobs(webs, 2, STEP, { delay_ms: 1 }),
    ])
    await this.watch(more.flat())
    await Promise.all(running.map(({ id }) => this.viewer(id).until(() => this.viewer(id).lines.length >= 30)))
  }

  /** Adds jobs that were created during a fault. */
  async watch(jobs: Job[]) {
    this.jobs.push(...jobs)
    for (const [i, { id }] of jobs.entries())
      this.viewers.set(id, new Viewer({ topic: `job:${id}`, at: runningFrom(this.system, i) }))
  }

  private viewer(id: string): Viewer {
    const viewer = this.viewers.get(id)
    if (!viewer) throw new Error(`No viewer watches ${id}`)
    return viewer
  }

  /**
   * Waits for the end of every job and checks its state, attempts, log and events.
   * @returns the number of attempts of each job
   */
  async expectAllDone(): Promise<number[]> {
    await Promise.all([...this.viewers.values()].map(viewer => viewer.done))
    const attempts = await Promise.all(this.jobs.map(({ id }) => this.expectDone(id)))
    const countsOf = (type: string) => this.jobs.map(({ id }) => eventCounts(this.feed, type).get(id))
    await this.feed.until(() => countsOf('job_completed').every(count => count !== undefined))
    const once = this.jobs.map(() => 1)
    expect([countsOf('job_created'), countsOf('job_started'), countsOf('job_completed')]).toEqual([
      once,
      attempts,
      once,
    ])
    await this.feed.close()
    return attempts
  }

  private async expectDone(id: string): Promise<number> {
    const web = this.system.web(0)
    const job = await getJob(web, id)
    expect(job).toMatchObject({ status: 'completed', error: null })
    const logged = await getLog(web, id)
    expectCompleteLog(logged)
    const viewer = this.viewer(id)
    expect(difference(viewer.lines, logged)).toBeUndefined()
    expect(viewer.named('gap').length + viewer.named('reset').length).toBe(0)
    expect(viewer.named('end')).toHaveLength(1)
    expect(handlerMessages(logged, job.attempt)).toEqual(demoLines(STEP.lines))
    const attempts = await getAttempts(web, id)
    expect(attempts.map(({ attempt }) => attempt)).toEqual(attempts.map((_, i) => i + 1))
    expect(attempts.slice(0, -1).every(({ outcome }) => outcome === 'lost')).toBe(true)
    return job.attempt
  }
}
