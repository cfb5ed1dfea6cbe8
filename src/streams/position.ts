import { createHash } from 'node:crypto'

/** A place in one topic. As text, `epoch.seq`, it is what readers resume by. */
export interface Position {
  epoch: string
  seq: number
}

const POSITION = /^([a-z0-9]{1,32})\.(\d{1,15})$/
/**
 * Before the places of a composite id: a mark of the topic list, so that an id is not read with another list. Who knows
 * the place of each topic, as WebSocket clients do, writes the id without the mark, and no place for a new topic.
 */
const COMPOSITE = /^([a-f0-9]{8})?~([a-z0-9.~]*)$/

export const formatPosition = ({ epoch, seq }: Position) => `${epoch}.${seq}`

export function parsePosition(text: string): Position | undefined {
  const match = POSITION.exec(text)
  return match?.[1] && match[2] ? { epoch: match[1], seq: Number(match[2]) } : undefined
}

const markOf = (topics: readonly string[]) => createHash('sha1').update(topics.join('\n')).digest('hex').slice(0, 8)

/** One id for a connection with several topics: their places, in the order in which the topics were asked for. */
export function compositeFormat(topics: readonly string[]): (positions: readonly string[]) => string {
  const mark = markOf(topics)
  return positions => `${mark}~${positions.join('~')}`
}

/**
 * @returns the places by topic, null where the id has none; undefined when it is unreadable or belongs to another list of
 * topics
 */
export function parseComposite(topics: readonly string[], text: string): (Position | null)[] | undefined {
  const match = COMPOSITE.exec(text)
  if (!match || (match[1] !== undefined && match[1] !== markOf(topics))) return undefined
  const places = (match[2] ?? '').split('~').map(place => (place === '' ? null : parsePosition(place)))
  return places.length === topics.length && places.every(each => each !== undefined) ? places : undefined
}
