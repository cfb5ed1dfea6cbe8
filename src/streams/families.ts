import { may } from '../api'
import type { Role } from '../contract/access'
import type { Topic } from './entry'

/** The topics of an area (`job:`, `query:`, ...). Registered at start; other topics do not exist. */
export interface Family {
  /** The name of its topics up to the colon; `events` has none. */
  prefix: string
  heartbeatMs: number
  /** Whether its entries are sent in the envelope of tenant events. */
  envelope?: boolean
  /** Kinds that need a role, with the lowest role that may read them. */
  readers?: Readonly<Record<string, Role>>
  /** Whether the topic exists for its tenant; otherwise the answer is 404. */
  exists(topic: Topic): Promise<boolean>
  /** Which of these topics belong to things that no longer exist, so that retention removes them. Default: none. */
  gone?(topics: readonly Topic[]): Promise<readonly Topic[]>
  /** The event that sends the state of the topic to new readers. */
  stateEvent?: string
  /** Kinds that are not replayed to new readers, because the state includes them. */
  supersededKinds?: readonly string[]
}

/** The kinds of a family that a role may not read. */
export const hiddenFrom = (role: Role, { readers = {} }: Family): string[] =>
  Object.keys(readers).filter(kind => !may({ role }, readers[kind] ?? 'admin'))
