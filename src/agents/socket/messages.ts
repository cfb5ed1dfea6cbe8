import { inflateRawSync } from 'node:zlib'
import type { RawData } from 'ws'
import { z } from '../../base/parse'
import { type AgentMessage, type AgentRecord, agentMessage, RECORDS_MAX, record } from '../../contract/agent-protocol'

/** A message is inflated up to this size. */
const INFLATED_MAX = 8 * 1024 * 1024
const FAULT_MAX = 300

/** Records are read one by one: one that cannot be read must not keep those after it from being stored. */
const looseBatch = z.object({
  t: z.literal('batch'),
  segment: z.uuid(),
  first: z.number().int().positive(),
  records: z.array(z.unknown()).min(1).max(RECORDS_MAX),
})

type Others = Exclude<AgentMessage, { t: 'batch' }>
export type Received =
  | Others
  | { t: 'batch'; segment: string; first: number; records: (AgentRecord | null)[]; faults: string[] }
  /** It is not a message of the protocol. */
  | { t: 'unreadable'; fault: string }

/** Reads what an agent sends. */
export function readMessage(data: RawData, isBinary: boolean): Received {
  const value = jsonOf(data, isBinary)
  if (value === undefined) return { t: 'unreadable', fault: 'It is neither JSON nor compressed JSON.' }
  const batch = looseBatch.safeParse(value)
  if (!batch.success) {
    const message = agentMessage.safeParse(value)
    if (message.success && message.data.t !== 'batch') return message.data
    const [first] = (message.error ?? batch.error).issues
    return { t: 'unreadable', fault: `${first?.path.join('.')}: ${first?.message}`.slice(0, FAULT_MAX) }
  }
  const faults: string[] = []
  const records = batch.data.records.map(given => {
    const read = record.safeParse(given)
    if (read.success) return read.data
    faults.push(read.error.issues[0]?.message ?? '')
    return null
  })
  return { ...batch.data, records, faults }
}

function jsonOf(data: RawData, isBinary: boolean): unknown {
  try {
    const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
    const text = (isBinary ? inflateRawSync(bytes, { maxOutputLength: INFLATED_MAX }) : bytes).toString()
    const value: unknown = JSON.parse(text)
    return UNSTORABLE.test(text) ? storable(value) : value
  } catch {
    return undefined // neither JSON nor compressed JSON, or too large
  }
}

/** Escapes of what PostgreSQL cannot store: NUL, and surrogates, which may be alone. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i

function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed()
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [storable(name), storable(each)]))
}
