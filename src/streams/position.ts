import { createHash } from 'node:crypto'

/** A position in a topic. Readers resume from its text form, `epoch.seq`. */
export interface Position {
  epoch: string
  seq: number
}

const POSITION = /^([a-z0-9]{1,32})\.(\d{1,15})$/
/**
 * A composite id: a hash of the topic list, so that the id is not used with another list, and the position in each
 * topic. Clients that know each position (WebSocket) leave out the hash, and leave the positions of new topics empty.
 */
const COMPOSITE = /^([a-f0-9]{8})?~([a-z0-9.~]*)$/

export const formatPosition = ({ epoch, seq }: Position) => `${epoch}.${seq}`

export function parsePosition(text: string): Position | undefined {
  const match = POSITION.exec(text)
  return match?.[1] && match[2] ? { epoch: match[1], seq: Number(match[2]) } : undefined
}

const hashOf = (topics: readonly string[]) => createHash('sha1').update(topics.join('\n')).digest('hex').slice(0, 8)

/** Formats one id for several topics from their positions, in the order of the request. */
export function compositeFormat(topics: readonly string[]): (positions: readonly string[]) => string {
  const mark = hashOf(topics)
  return positions => `${mark}~${positions.join('~')}`
}

/**
 * @returns the position in each topic, null where the id has none; undefined when the id is unreadable or belongs to
 * another list of topics
 */
export function parseComposite(topics: readonly string[], text: string): (Position | null)[] | undefined {
  const match = COMPOSITE.exec(text)
  if (!match || (match[1] !== undefined && match[1] !== hashOf(topics))) return undefined
  const positions = (match[2] ?? '').split('~').map(each => (each === '' ? null : parsePosition(each)))
  return positions.length === topics.length && positions.every(each => each !== undefined) ? positions : undefined
}
