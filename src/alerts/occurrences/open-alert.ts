import type { AlertSource } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'

/** An occurrence that is not stored as resolved. Times are in milliseconds since 1970. */
export interface OpenAlert {
  id: string
  fingerprint: string
  source: AlertSource
  labels: Labels
  annotations: Labels
  /** Addresses of what it is about, by what they lead to. */
  links: Labels
  generatorUrl: string | null
  startsAt: number
  /** Over by then unless it is repeated; null: only its source resolves it. */
  endsAt: number | null
  /** Whether the sender gave the end, rather than the resolve timeout. */
  hasGivenEnd: boolean
  /** When it was last reported. */
  updatedAt: number
  /** Of its latest change; repeats are no changes. */
  version: number
}

/** What a sender reports. Times are in milliseconds since 1970; null: not given. */
export interface IncomingAlert {
  /** Valid and without empty values. */
  labels: Labels
  annotations: Labels
  generatorUrl: string | null
  startsAt: number | null
  endsAt: number | null
  source: AlertSource
  links: Labels
}

/** The open alerts of one tenant in memory, as of a version. */
export interface TenantAlerts {
  readonly version: number
  readonly size: number
  /** Versions of what mutes and routes them, as of the latest read outside of a transaction. */
  readonly muteVersion: number
  readonly routingVersion: number
  get(fingerprint: string): OpenAlert | undefined
  byId(id: string): OpenAlert | undefined
  /** Ascending by id. Do not keep or change it. */
  all(): readonly OpenAlert[]
  /** Counts changes of which alerts are open. */
  readonly revision: number
  /** Ids of alerts that were opened, changed or resolved after a revision; undefined: too many to remember. */
  changedSince(revision: number): ReadonlySet<string> | undefined
}

/** How long an alert without an end fires after its latest report. Alertmanager's default. */
export const RESOLVE_TIMEOUT_MS = 5 * 60_000

/**
 * Whether an open alert is over because it was not repeated in time. Readers treat it as resolved from then on; it is stored
 * as resolved a few seconds later.
 */
export const hasEnded = ({ endsAt }: Pick<OpenAlert, 'endsAt'>, nowMs: number) => endsAt !== null && endsAt <= nowMs
