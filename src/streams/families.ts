import { may } from '../api'
import type { Role } from '../contract/access'
import type { Topic } from './entry'

/** What an area says of its topics (`job:`, `query:`, ...). Registered at start; a topic of no family does not exist. */
export interface Family {
  /** What stands before the colon of the topic's name; `events` has none. */
  prefix: string
  heartbeatMs: number
  /** Whether its entries go out with the envelope of tenant events. */
  envelope?: boolean
  /** Kinds that not all may read, whatever the transport, with the least role that may. */
  readers?: Readonly<Record<string, Role>>
  /** Whether this thing exists for this tenant; if not, the answer is 404. */
  exists(topic: Topic): Promise<boolean>
  /** Which of these topics belong to things that are no more: retention removes them. Without it topics stay. */
  gone?(topics: readonly Topic[]): Promise<readonly Topic[]>
  /** The event that carries the topic's state to whoever joins. */
  stateEvent?: string
  /** Kinds that need no replay before the state that a joiner is given, because it includes them. */
  supersededKinds?: readonly string[]
}

/** The kinds of a family that somebody of a role is not shown. */
export const hiddenFrom = (role: Role, { readers = {} }: Family): string[] =>
  Object.keys(readers).filter(kind => !may({ role }, readers[kind] ?? 'admin'))
