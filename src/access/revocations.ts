import type { Db } from '../base/db'
import { messageOf } from '../base/errors'
import type { Log } from '../base/log'
import { parse, z } from '../base/parse'
import { uuid } from '../contract/fields'
import { endedCredentials } from './credential-store'

/** What access needs from the bus between processes. Messages may be lost: the sweep below makes up for that. */
export interface Bus {
  /** Reaches the other processes, not this one. */
  publish(channel: string, text: string): unknown
  subscribe(channel: string, listener: (text: string) => void): unknown
}

const ENDED = 'access:ended'
const CHANGED = 'access:changed'
const message = z.array(uuid)
/** How long a stream may outlive its session or token if that expires, or if a message is lost. */
const SWEEP_MS = 15_000

export interface Revocations {
  start(): Promise<void>
  stop(): void
  /** Calls back with the id of each session or token that has ended, whichever process ended it. */
  onEnded(listener: (credentialId: string) => void): void
  /** Calls the listeners here at once, and those of other processes through the bus. */
  announceEnded(credentialIds: string[]): void
  /** Calls back with the id of each session or token whose role has changed. */
  onChanged(listener: (credentialId: string) => void): void
  announceChanged(credentialIds: string[]): void
  /** Asks the database which credentials with open streams have ended. */
  sweep(): Promise<void>
}

/** @param openStreams the credentials that have streams open in this process */
export function createRevocations({
  db,
  bus,
  log,
  openStreams,
}: {
  db: Db
  bus: Bus
  log: Log
  openStreams: () => string[]
}): Revocations {
  const warn = (error: unknown) => log.warn('Cannot announce or look up ended sessions', { error: messageOf(error) })
  const ended = createAnnouncements(bus, ENDED, warn)
  const changed = createAnnouncements(bus, CHANGED, warn)
  let timer: NodeJS.Timeout | undefined
  const sweep = async () => {
    const ids = openStreams()
    if (ids.length) ended.notify(await endedCredentials(db, ids))
  }
  return {
    sweep,
    onEnded: ended.listen,
    onChanged: changed.listen,
    announceEnded: ended.announce,
    announceChanged: changed.announce,
    async start() {
      await Promise.all([ended.start(), changed.start()])
      timer = setInterval(() => void sweep().catch(warn), SWEEP_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}

/** Sends and receives credential ids on one channel of the bus. */
function createAnnouncements(bus: Bus, channel: string, warn: (error: unknown) => void) {
  const listeners = new Set<(credentialId: string) => void>()
  const notify = (ids: string[]) => {
    for (const id of ids) for (const listener of listeners) listener(id)
  }
  const receive = (text: string) => {
    try {
      notify(parse(message, JSON.parse(text), 'message'))
    } catch (error) {
      warn(error)
    }
  }
  return {
    notify,
    listen: (listener: (credentialId: string) => void) => void listeners.add(listener),
    start: async () => void (await bus.subscribe(channel, receive)),
    announce(ids: string[]) {
      if (!ids.length) return
      notify(ids)
      Promise.resolve(bus.publish(channel, JSON.stringify(ids))).catch(warn)
    },
  }
}
