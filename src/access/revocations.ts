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

const ENDED = 'access:ended'
const CHANGED = 'access:changed'
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
  /** Calls back with the id of each session or token that has another role now. */
  onChanged(listener: (credentialId: string) => void): void
  tellChanged(credentialIds: string[]): void
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
  const warn = (error: unknown) =>
    log.warn('Ended sessions could not be told or looked up', { error: messageOf(error) })
  const ended = createNews(bus, ENDED, warn)
  const changed = createNews(bus, CHANGED, warn)
  let timer: NodeJS.Timeout | undefined
  const sweep = async () => {
    const ids = watched()
    if (ids.length) ended.tellHere(await endedCredentials(db, ids))
  }
  return {
    sweep,
    onEnded: ended.listen,
    onChanged: changed.listen,
    tell: ended.tell,
    tellChanged: changed.tell,
    async start() {
      await Promise.all([ended.start(), changed.start()])
      timer = setInterval(() => void sweep().catch(warn), SWEEP_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}

/** One kind of news about credentials, for this process and all others. */
function createNews(bus: Bus, channel: string, warn: (error: unknown) => void) {
  const listeners = new Set<(credentialId: string) => void>()
  const tellHere = (ids: string[]) => {
    for (const id of ids) for (const listener of listeners) listener(id)
  }
  const receive = (text: string) => {
    try {
      tellHere(parse(message, JSON.parse(text), 'message'))
    } catch (error) {
      warn(error)
    }
  }
  return {
    tellHere,
    listen: (listener: (credentialId: string) => void) => void listeners.add(listener),
    start: async () => void (await bus.subscribe(channel, receive)),
    tell(ids: string[]) {
      if (!ids.length) return
      tellHere(ids)
      Promise.resolve(bus.publish(channel, JSON.stringify(ids))).catch(warn)
    },
  }
}
