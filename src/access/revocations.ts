import type { Db } from '../base/db'
import { messageOf } from '../base/errors'
import type { Log } from '../base/log'
import { parse, uuid, z } from '../base/parse'
import { endedCredentials } from './store'

/** What access needs of the connection between processes; a lost message is made up for by the sweep below. */
export interface Bus {
  /** Tells the other processes; this one is not told. */
  publish(channel: string, text: string): unknown
  subscribe(channel: string, listener: (text: string) => void): unknown
}

const CHANNEL = 'access:ended'
const message = z.array(uuid)
/** Bound on how long a stream outlives its session or token when a message was lost, or when the session expired. */
const SWEEP_MS = 15_000

export interface Revocations {
  start(): Promise<void>
  stop(): void
  /** Calls back with the id of each session or token that has ended, whichever process ended it. */
  onEnded(listener: (credentialId: string) => void): void
  /** Tells this process at once and all others through the bus. */
  tell(credentialIds: string[]): void
  /** Asks the database which credentials with open streams have ended. */
  sweep(): Promise<void>
}

/** @param watched the credentials that have streams open in this process */
export function createRevocations({
  db,
  bus,
  log,
  watched,
}: {
  db: Db
  bus: Bus
  log: Log
  watched: () => string[]
}): Revocations {
  const listeners = new Set<(credentialId: string) => void>()
  let timer: NodeJS.Timeout | undefined
  const tellHere = (ids: string[]) => {
    for (const id of ids) for (const listener of listeners) listener(id)
  }
  const warn = (error: unknown) =>
    log.warn('Ended sessions could not be told or looked up', { error: messageOf(error) })
  const sweep = async () => {
    const ids = watched()
    if (ids.length) tellHere(await endedCredentials(db, ids))
  }
  const receive = (text: string) => {
    try {
      tellHere(parse(message, JSON.parse(text), 'message'))
    } catch (error) {
      warn(error)
    }
  }
  return {
    sweep,
    onEnded: listener => void listeners.add(listener),
    tell(ids) {
      if (!ids.length) return
      tellHere(ids)
      Promise.resolve(bus.publish(CHANNEL, JSON.stringify(ids))).catch(warn)
    },
    async start() {
      await bus.subscribe(CHANNEL, receive)
      timer = setInterval(() => void sweep().catch(warn), SWEEP_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}
