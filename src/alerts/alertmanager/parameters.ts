import type { SilenceState } from '../../contract/silences'

/** What counts as true in a query string (go-openapi/swag, ConvertBool); anything else is false and never an error. */
const TRUE = new Set(['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled'])

/** Parameters of a read. */
export interface Parameters {
  active: boolean
  silenced: boolean
  inhibited: boolean
  /** Muted by something that is not a silence, such as a maintenance window (since 0.28). */
  muted: boolean
  /** Which silences are listed, by state (since 0.34). */
  silenceStates: Record<SilenceState, boolean>
  /** Matchers as text, all of which must hold. */
  filters: string[]
  /** Regular expression of the whole name of a receiver. */
  receiver: string | undefined
}

/**
 * Reads the query string of a GET. Of a parameter that is repeated, the last counts, except for `filter`; unknown ones
 * are ignored.
 * @param url path with query
 */
export function readParameters(url: string): Parameters {
  const at = url.indexOf('?')
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  const flag = (name: string) => {
    const given = query.getAll(name).at(-1)
    return !given || TRUE.has(given.toLowerCase())
  }
  return {
    active: flag('active'),
    silenced: flag('silenced'),
    inhibited: flag('inhibited'),
    muted: flag('muted'),
    silenceStates: { active: flag('active'), pending: flag('pending'), expired: flag('expired') },
    filters: query.getAll('filter'),
    receiver: query.getAll('receiver').at(-1) || undefined,
  }
}
