import { Batcher } from '../../base/batcher'
import type { Db } from '../../base/db'
import { noOutcome } from '../checks/no-outcome'
import type { Recorder } from '../history/recorder'
import { type LoadedMonitor, loadMonitors } from './load-store'
import { deadlineOf } from './next-check'

interface Deps {
  db: Db
  recorder: Pick<Recorder, 'record'>
  now(): number
}

/** Reads per statement. */
const BATCH_MAX = 500

/** Notices when push monitors have missed a heartbeat. */
export class Heartbeats {
  private readonly load

  constructor(private readonly deps: Deps) {
    this.load = new Batcher<string, LoadedMonitor | undefined>(async ids => {
      const found = new Map((await loadMonitors(deps.db, ids)).map(monitor => [monitor.id, monitor]))
      return ids.map(id => found.get(id))
    }, BATCH_MAX)
  }

  /**
   * Records a missed heartbeat, unless there was one meanwhile.
   * @returns when the monitor had its last heartbeat, or missed one
   */
  async expect(id: string): Promise<Date | null> {
    const monitor = await this.load.ask(id)
    if (!monitor) return null
    const deadline = deadlineOf(monitor)?.getTime()
    if (deadline === undefined || deadline > this.deps.now()) return monitor.checked_at
    const since = (monitor.checked_at ?? monitor.created_at).toISOString()
    const outcome = noOutcome('down', { code: 'heartbeat_missed', message: `No heartbeat since ${since}` })
    const result = { monitorId: id, outcome, attempts: 1, by: 'push' as const, dueAt: deadline }
    const counted = await this.deps.recorder.record('push', result)
    return counted ? new Date(outcome.checked_at) : monitor.checked_at
  }
}
