import { randomInt } from 'node:crypto'
import { type Answer, type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet'
import type { MonitorSettings } from '../../../../contract/monitor-settings'

/** The name of the root. */
const ROOT = '.'

export type RecordType = MonitorSettings['dns']['record_type']

export interface Question {
  /** In ASCII, without the dot of the root at its end. */
  name: string
  type: RecordType
}

/** Aliases (CNAME) that are followed within one answer; resolvers follow about as many. */
const ALIASES_MAX = 16

/** A question with the id by which its answer is recognized. */
export interface Query extends Question {
  id: number
  bytes: Buffer
}

/** What a name server answered. */
export interface Reply {
  /** `NOERROR`, `NXDOMAIN`, ... */
  rcode: string
  truncated: boolean
  /** The records of the type that was asked for, of the name or what it is an alias of. */
  records: Answer[]
}

export function createQuery({ name, type }: Question): Query {
  const id = randomInt(0x10000)
  const bytes = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ name, type, class: 'IN' }] })
  return { id, name, type, bytes }
}

/**
 * Reads an answer.
 * @returns undefined if it does not belong to the query (RFC 5452 section 9.1), or why it cannot be read
 */
export function readReply(bytes: Buffer, query: Query): Reply | { problem: string } | undefined {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== query.id) return undefined
  let packet: DecodedPacket & { rcode?: string }
  try {
    packet = decode(bytes)
  } catch (error) {
    // the library throws plain errors at what is malformed
    return { problem: error instanceof Error ? error.message : String(error) }
  }
  const rcode = packet.rcode ?? ''
  if (!packet.flag_qr || !isAbout(packet, query, rcode)) return undefined
  return { rcode, truncated: packet.flag_tc, records: recordsFor(query, packet.answers ?? []) }
}

/** Whether the question is repeated. A server that could not read it cannot do that. */
function isAbout({ questions = [] }: DecodedPacket, query: Query, rcode: string): boolean {
  const [asked, ...others] = questions
  if (!asked) return rcode === 'FORMERR'
  return others.length === 0 && asked.type === query.type && asked.class === 'IN' && isSame(asked.name, query.name)
}

function recordsFor({ name, type }: Question, answers: Answer[]): Answer[] {
  let owner = name
  for (let i = 0; i < ALIASES_MAX; i++) {
    const about = answers.filter(answer => isSame(answer.name, owner))
    const found = about.filter(answer => answer.type === type)
    const alias = about.find(answer => answer.type === 'CNAME')
    if (found.length || alias?.type !== 'CNAME') return found
    owner = alias.data
  }
  return []
}

/** Whether a name is that of the root. */
export const isRoot = (name: string) => name === ROOT

const isSame = (one: string, other: string) => plainName(one) === plainName(other)

/** Names are compared without regard to case and to the dot of the root. */
export const plainName = (name: string) => (isRoot(name) ? name : name.replace(/\.$/, '').toLowerCase())
