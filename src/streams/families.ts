import { may } from '../api'
import type { z } from '../base/parse'
import type { Role } from '../contract/access'
import type { Topic } from './entry'

/** A family of topics (`job:`, `query:`, ...). Areas register theirs at startup; other topics do not exist. */
export interface Family {
  /** The part of its topics' names before the colon; `events` is the whole name. */
  prefix: string
  heartbeatMs: number
  /** Schemas of the entries' `data` by kind. Log lines need none: they are the same in all topics. */
  kinds: Readonly<Record<string, z.ZodType>>
  /** Whether its entries are sent in the envelope for tenant events. */
  envelope?: boolean
  /** By kind of entry: the lowest role that may read it. Other kinds need none. */
  minRoles?: Readonly<Record<string, Role>>
  /** Whether the topic exists for its tenant; otherwise requests for it get a 404. */
  exists(topic: Topic): Promise<boolean>
  /** Which of these topics have outlived what they are about, so that retention removes them. Default: none. */
  gone?(topics: readonly Topic[]): Promise<readonly Topic[]>
  /** Name of the event that sends the topic's state to new readers. */
  stateEvent?: string
  /** Kinds that are not replayed to new readers because the state covers them. */
  supersededKinds?: readonly string[]
}

/** The kinds of a family that a role may not read. */
export const hiddenFrom = (role: Role, { minRoles = {} }: Family): string[] =>
  Object.keys(minRoles).filter(kind => !may({ role }, minRoles[kind] ?? 'admin'))
