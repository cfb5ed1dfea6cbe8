import { isIPv6 } from 'node:net'
import type { Answer } from 'dns-packet'
import { plainName, type RecordType } from './message'

const NAME_ONLY: ReadonlySet<string> = new Set(['CNAME', 'NS', 'PTR'])
/** `"one" "two"`: how tools write texts, in chunks of 255 bytes. */
const QUOTED = /^\s*"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*\s*$/s

/**
 * A record as people write it: `10 mail.example` (MX), `priority weight port target` (SRV), `mname rname serial refresh
 * retry expire minimum` (SOA), `0 issue "ca.example"` (CAA); the chunks of a text are joined.
 */
export const textOf = (record: Answer): string => written(record).replaceAll('\0', '\\000') // NUL cannot be stored

function written(record: Answer): string {
  switch (record.type) {
    case 'MX':
      return `${record.data.preference ?? 0} ${plainName(record.data.exchange)}`
    case 'SRV': {
      const { priority, weight, port, target } = record.data
      return `${priority ?? 0} ${weight ?? 0} ${port} ${plainName(target)}`
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data
      return [plainName(mname), plainName(rname), serial, refresh, retry, expire, minimum].join(' ')
    }
    case 'CAA':
      return `${record.data.flags ?? 0} ${record.data.tag.toLowerCase()} ${JSON.stringify(record.data.value)}`
    case 'TXT':
      return Buffer.concat([record.data].flat().map(chunk => Buffer.from(chunk))).toString()
    case 'A':
    case 'AAAA':
      return plainAddress(record.data)
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return plainName(record.data)
    default:
      throw new Error(`Records of type ${record.type} are not asked for`)
  }
}

/** An expected value in the form of `textOf`. */
export function normalized(value: string, type: RecordType): string {
  if (type === 'TXT') return QUOTED.test(value) ? unquoted(value) : value
  const text = value.trim()
  if (type === 'A' || type === 'AAAA') return plainAddress(text)
  if (NAME_ONLY.has(type)) return plainName(text)
  const fields = text.split(/\s+/)
  if (type !== 'CAA') return fields.map(plainName).join(' ')
  const [flags = '', tag = '', ...rest] = fields
  const content = rest.join(' ')
  return `${flags} ${tag.toLowerCase()} ${QUOTED.test(content) ? JSON.stringify(unquoted(content)) : JSON.stringify(content)}`
}

const unquoted = (text: string) =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, chunk = '']) => chunk.replace(/\\(.)/gs, '$1')).join('')

/** IPv6 addresses have many spellings; this is the one of RFC 5952. */
const plainAddress = (text: string) => (isIPv6(text) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text)

/** What is missing from the records, and what is in them although it is not expected. */
export function compare(found: readonly string[], expected: readonly string[], type: RecordType) {
  const wanted = expected.map(value => normalized(value, type))
  return {
    missing: wanted.filter(value => !found.some(text => fits(text, value, type))),
    unexpected: found.filter(text => !wanted.some(value => fits(text, value, type))),
  }
}

/** Of a SOA record, the fields after those that are given do not matter: its serial number changes. */
const fits = (text: string, wanted: string, type: RecordType) =>
  text === wanted || (type === 'SOA' && text.startsWith(`${wanted} `))
