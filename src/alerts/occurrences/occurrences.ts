import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { RetentionTarget } from '../../base/retention'
import type { Bus, Writer } from '../../streams'
import { Expiry } from './expiry'
import { Heartbeats } from './heartbeats'
import { Intake } from './intake'
import { hasEnded, type OpenAlert } from './open-alert'
import { OpenAlerts } from './open-alerts'
import { Raises } from './raises'
import { occurrenceRetention } from './retention'
import { Storing } from './storing'

interface Deps {
  db: Db
  log: Log
  bus: Pick<Bus, 'publish' | 'subscribe'>
  streams: Pick<Writer, 'commit'>
  /** Open alerts per tenant. */
  openMax?: number | undefined
}

/** Per tenant; whatever is beyond is refused and reported. */
const OPEN_MAX = 50_000

/** The occurrences of alerts: what fires now, what arrives, and what was. */
export interface Occurrences {
  open: OpenAlerts
  intake: Intake
  raises: Raises
  heartbeats: Heartbeats
  /** In every process. */
  part: Part
  /** In processes with workers. */
  expiry: Expiry
  retention: RetentionTarget
}

export function createOccurrences({ db, log, bus, streams, openMax = OPEN_MAX }: Deps): Occurrences {
  const open = new OpenAlerts({ db, bus })
  const heartbeats = new Heartbeats({ db, log, onOverruled: (tenantId, alerts) => raiseAgain(tenantId, alerts) })
  const intake = new Intake({ log, open, storing: new Storing({ db, open, heartbeats, openMax }) })

  /** Another process has resolved alerts that were repeated here: they fire again. */
  function raiseAgain(tenantId: string, alerts: OpenAlert[]) {
    const nowMs = Date.now()
    const firing = alerts.filter(alert => !hasEnded(alert, nowMs))
    intake
      .accept(tenantId, firing)
      .catch(error => log.warn('Cannot store alerts that fire again', { error: messageOf(error) }))
  }

  const part: Part = {
    name: 'alert intake',
    async start() {
      await open.start()
      heartbeats.start()
    },
    async stop() {
      await intake.stop()
      await heartbeats.stop()
      open.stop()
    },
  }
  const expiry = new Expiry({ db, log, open })
  const raises = new Raises({ streams, open })
  return { open, intake, raises, heartbeats, part, expiry, retention: occurrenceRetention(db) }
}
