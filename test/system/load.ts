import { attemptsAt, demoLines, difference, expectWhole, type Job, jobAt, logAt, makeJobs, saidIn } from './jobs'
import type { Node } from './node'
import type { System } from './system'
import { timesTold, Viewer } from './viewer'

/** What each job does. */
export const STEP = { lines: 300, interval_ms: 5 }
const DELAY_MS = 2_500

/** The web process of this number, or the next one that runs. */
export const runningFrom =
  ({ webs }: System, index: number) =>
  () => {
    const order = webs.map((_, i) => webs[(index + i) % webs.length] as Node)
    return order.find(web => web.isRunning()) ?? (order[0] as Node)
  }

/** Jobs in every state with a viewer each, for a fault to hit. */
export class Load {
  readonly feed: Viewer
  readonly viewers = new Map<string, Viewer>()
  private jobs: Job[] = []

  constructor(private readonly system: System) {
    this.feed = new Viewer({ topic: 'events', at: runningFrom(system, 0) })
  }

  /** More than the workers can run at a time, and some for later; resolves when some of them say something. */
  async begin() {
    const { webs } = this.system
    const running = await makeJobs(webs, 4, STEP)
    await this.watch(running)
    const more = await Promise.all([
      makeJobs(webs, 6, STEP),
      makeJobs(webs, 2, STEP, { delay_ms: DELAY_MS }),
      makeJobs(webs, 2, STEP, { delay_ms: 1 }),
    ])
    await this.watch(more.flat())
    await Promise.all(running.map(({ id }) => this.viewer(id).until(() => this.viewer(id).lines.length >= 30)))
  }

  /** Adds jobs that were made while something was broken. */
  async watch(jobs: Job[]) {
    this.jobs.push(...jobs)
    for (const [i, { id }] of jobs.entries())
      this.viewers.set(id, new Viewer({ topic: `job:${id}`, at: runningFrom(this.system, i) }))
  }

  private viewer(id: string): Viewer {
    const viewer = this.viewers.get(id)
    if (!viewer) throw new Error(`Nobody watches ${id}`)
    return viewer
  }

  /**
   * Waits for the end of every job and compares all that can be seen of them.
   * @returns how many attempts each took
   */
  async expectAllDone(): Promise<number[]> {
    await Promise.all([...this.viewers.values()].map(viewer => viewer.done))
    const attempts = await Promise.all(this.jobs.map(({ id }) => this.expectDone(id)))
    const told = (type: string) => this.jobs.map(({ id }) => timesTold(this.feed, type).get(id))
    await this.feed.until(() => told('job_completed').every(times => times !== undefined))
    const once = this.jobs.map(() => 1)
    expect([told('job_created'), told('job_started'), told('job_completed')]).toEqual([once, attempts, once])
    await this.feed.leave()
    return attempts
  }

  private async expectDone(id: string): Promise<number> {
    const web = this.system.web(0)
    const job = await jobAt(web, id)
    expect(job).toMatchObject({ status: 'completed', error: null })
    const logged = await logAt(web, id)
    expectWhole(logged)
    const viewer = this.viewer(id)
    expect(difference(viewer.lines, logged)).toBeUndefined()
    expect(viewer.named('gap').length + viewer.named('reset').length).toBe(0)
    expect(viewer.named('end')).toHaveLength(1)
    expect(saidIn(logged, job.attempt)).toEqual(demoLines(STEP.lines))
    const attempts = await attemptsAt(web, id)
    expect(attempts.map(({ attempt }) => attempt)).toEqual(attempts.map((_, i) => i + 1))
    expect(attempts.slice(0, -1).every(({ outcome }) => outcome === 'lost')).toBe(true)
    return job.attempt
  }
}
