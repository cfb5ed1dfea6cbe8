import { crc32, createInflateRaw } from 'node:zlib'
import { codeOf } from '../failure'
import { type Decoded, inflateAll, inflateWhole, type Limits, noteIncomplete, type Part } from './inflate'

/** Anything after this many members counts as trailing data. */
const MEMBERS_MAX = 1_000
const TRAILER_BYTES = 8
/** Flags of RFC 1952 section 2.3. */
const HEADER_CRC = 2
const EXTRA = 4
const NAME = 8
const COMMENT = 16

/**
 * Decompresses all members of gzip data. Node's own Gunzip fails if a member is followed by anything else, and then
 * loses what it had decoded.
 * @throws an error of zlib, with its code
 */
export async function gunzip(input: Part, limits: Limits): Promise<Decoded> {
  const first = await readMember(input, 0, limits, inflateAll)
  const parts = [first.bytes]
  let { truncated, used } = first
  let size = first.bytes.length
  for (let count = 1; count < MEMBERS_MAX && !truncated && used < input.bytes.length; count++) {
    // data that does not decode is not a member; browsers drop it too
    const left = { ...limits, maxBytes: limits.maxBytes - size }
    const next = await readMember(input, used, left, inflateWhole).catch(ifNotGzip)
    if (!next) break
    parts.push(next.bytes)
    size += next.bytes.length
    ;({ truncated, used } = next)
  }
  return { bytes: Buffer.concat(parts), truncated, used }
}

async function readMember(
  { bytes: input, truncated }: Part,
  at: number,
  limits: Limits,
  inflate: typeof inflateAll,
): Promise<Decoded> {
  const begin = dataBegin(input, at)
  const member = await inflate(createInflateRaw, { bytes: input.subarray(begin), truncated }, limits)
  if (member.truncated) return member
  const trailer = begin + member.used
  if (input.length < trailer + TRAILER_BYTES) {
    noteIncomplete(limits.notes)
    return { ...member, used: input.length }
  }
  if (crc32(member.bytes) !== input.readUInt32LE(trailer))
    limits.notes.add('body_checksum_wrong', 'The checksum of the gzip data is wrong')
  return { ...member, used: trailer + TRAILER_BYTES }
}

/** Where the compressed data starts, after the member's header (RFC 1952 section 2.3). */
function dataBegin(input: Buffer, at: number): number {
  const [magic1, magic2, method, flags = 0] = input.subarray(at)
  if (magic1 !== 0x1f || magic2 !== 0x8b || method !== 8) throw zlibError('Z_DATA_ERROR')
  let position = at + 10
  if (flags & EXTRA) position += 2 + (input.subarray(position).length < 2 ? 0 : input.readUInt16LE(position))
  if (flags & NAME) position = afterZero(input, position)
  if (flags & COMMENT) position = afterZero(input, position)
  if (flags & HEADER_CRC) position += 2
  return position
}

function afterZero(input: Buffer, from: number): number {
  const zero = input.indexOf(0, from)
  return zero < 0 ? input.length : zero + 1
}

function ifNotGzip(error: unknown): undefined {
  if (!codeOf(error).startsWith('Z_')) throw error
}

const zlibError = (code: string) => Object.assign(new Error('The gzip data is not valid'), { code })
