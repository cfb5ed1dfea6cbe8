import type { Audit, Endpoint } from '../../access'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Registry } from '../../base/metrics'
import type { RetentionTarget } from '../../base/retention'
import type { Bus, Family, Writer } from '../../streams'
import type { Agent, Answer, Enrollment } from '../agent'

export interface HostsDeps {
  db: Db
  streams: Writer
  bus: Bus
  log: Log
  metrics: Registry
  audit: Audit
  settings: {
    /** For how long a read of an agent is held. */
    holdMs: number
    /** Of the streams of a host. */
    heartbeatMs: number
    /** Under which agents reach us; else the host name of who asks for the flags. */
    publicUrl: string | undefined
    /** Agents are shown our own certificate, which they may have to be given. */
    ownCertificate: boolean
  }
}

/** Everything about the machines themselves: who they are, whether they are there, and which groups they are in. */
export interface Hosts extends Part {
  /** @returns the node key; nothing when the secret is not one of ours, or the agent gave no name for itself */
  enroll(request: Enrollment): Promise<string | undefined>
  /** The host that has this key, which then counts as seen. From memory, but for the first time in ten minutes. */
  agentOf(nodeKey: string): Promise<Agent | undefined>
  /** Notes that a host is there, without a statement of its own. */
  seen(hostId: string): void
  /** What we ask of our own accord and is due, by query id (`tailrace:...`); at most ten, from memory. */
  standing(agent: Agent): Record<string, string> | undefined
  /** Stores answers to such queries; resolves when durable. */
  takeStanding(agent: Agent, answers: Answer[]): Promise<void>
  /** Calls back when hosts have something standing to be asked at once. */
  onWork(listener: (hostIds: string[]) => void): void
  family: Family
  endpoints: Endpoint[]
  retention: RetentionTarget[]
}

/** @returns a part that is to be started after the streams */
export declare function createHosts(deps: HostsDeps): Hosts
