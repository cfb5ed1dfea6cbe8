import { randomBytes, randomUUID } from 'node:crypto'
import type { Row } from '../../src/fleet/agent'
import type { Life } from './clock'
import type { Flags } from './flags'
import type { Remote } from './remote'
import type { Tally } from './tally'

interface Settings {
  flags: Flags
  remote: Remote
  life: Life
  tally: Tally
}

interface Carve {
  guid: string
  requestId: string
  archive: Buffer
}

const CARVE = /\bfrom\s+carves\b(?=[\s\S]*\bcarve\s*=\s*1\b)/i
const PATH = /\bpath\s*(?:=|like)\s*'((?:[^']|'')*)'/i
const FILE_BYTES = 20_000
const TAR_BLOCK = 512
const ATTEMPTS = 3
const WAITING_MAX = 10

/**
 * Sends files in blocks when a query has asked for it (osquery/carver/carver.cpp), one after the other. It begins at once:
 * the server may hear of a carve before the query that asked for it is answered.
 */
export class Carver {
  private readonly waiting: Carve[] = []
  private working: Promise<void> | undefined

  constructor(private readonly settings: Settings) {}

  /** @returns what the query sees of it; nothing when the SQL does not ask for a carve */
  ask(sql: string, requestId: string, nowMs: number): { rows: Row[] } | undefined {
    const path = PATH.exec(sql)?.[1]
    if (!CARVE.test(sql) || !path || this.settings.flags.disable_carver) return undefined
    if (this.waiting.length >= WAITING_MAX) return { rows: [] }
    const guid = randomUUID()
    this.waiting.push({ guid, requestId, archive: tarOf(path) })
    this.working ??= this.work().finally(() => {
      this.working = undefined
    })
    const time = String(Math.floor(nowMs / 1_000))
    const state = { status: 'SCHEDULED', carve_guid: guid, request_id: requestId, carve: '1' }
    return { rows: [{ time, sha256: '', size: '', path, ...state }] }
  }

  /** Resolves when nothing is on its way any more. */
  async end() {
    await this.working
  }

  private async work() {
    for (let carve = this.waiting.shift(); carve && !this.settings.life.ended; carve = this.waiting.shift()) {
      if (await this.send(carve)) this.settings.tally.carves++
    }
  }

  private async send({ guid, requestId, archive }: Carve): Promise<boolean> {
    const { flags, remote } = this.settings
    const blockBytes = Math.max(1, flags.carver_block_size)
    const blocks = Math.ceil(archive.length / blockBytes)
    const start = { block_count: blocks, block_size: blockBytes, carve_size: archive.length, carve_id: guid }
    const node_key = await remote.key()
    const begun = await this.post('carve_init', { ...start, request_id: requestId, node_key })
    const session = begun?.session_id
    if (typeof session !== 'string' || !session) return false
    for (let id = 0; id < blocks; id++) {
      const data = archive.subarray(id * blockBytes, (id + 1) * blockBytes).toString('base64')
      const block = { block_id: id, session_id: session, request_id: requestId, data }
      if (!(await this.post('carve_block', block))) return false
    }
    return true
  }

  private async post(path: string, fields: Record<string, unknown>) {
    const { life, remote } = this.settings
    for (let attempt = 1; !life.ended; attempt++) {
      const answer = await remote.post(path, JSON.stringify(fields))
      if (answer || attempt >= ATTEMPTS) return answer
      await life.sleep(attempt ** 2 * 1_000)
    }
    return undefined
  }
}

/** An archive with one file of random bytes, in the format that POSIX calls ustar. */
function tarOf(path: string): Buffer {
  const name = path.split(/[\\/]/).at(-1)?.slice(0, 99) || 'file'
  const head = Buffer.alloc(TAR_BLOCK)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  const fields: [at: number, text: string][] = [
    ...([
      [0, name],
      [100, octal(0o600, 7)],
      [108, octal(0, 7)],
      [116, octal(0, 7)],
    ] as [number, string][]),
    ...([
      [124, octal(FILE_BYTES, 11)],
      [136, octal(0, 11)],
      [148, ' '.repeat(8)],
    ] as [number, string][]),
    ...([
      [156, '0'],
      [257, 'ustar\0'],
      [263, '00'],
    ] as [number, string][]),
  ]
  for (const [at, text] of fields) head.write(text, at, 'latin1')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  const padding = Buffer.alloc((TAR_BLOCK - (FILE_BYTES % TAR_BLOCK)) % TAR_BLOCK)
  return Buffer.concat([head, randomBytes(FILE_BYTES), padding, Buffer.alloc(2 * TAR_BLOCK)])
}
