import { randomUUID } from 'node:crypto'
import type { Row } from '../../src/fleet/agent'
import { tarOf } from './archive'
import type { Life } from './clock'
import { hasFile, matchingFiles } from './files'
import type { Flags } from './flags'
import type { Host } from './host'
import type { Answer, Remote } from './remote'
import type { Found } from './tables/database'
import { constantOf, parseSelect, type Select, SqlError, select } from './tables/select'
import type { Tally } from './tally'
import { isSince } from './version'

interface Settings {
  host: Host
  flags: Flags
  remote: Remote
  life: Life
  tally: Tally
}

interface Carve {
  guid: string
  /** Request id sent with it; older agents use the id of their last distributed query. */
  requestId: string
  paths: string[]
  status: 'SCHEDULED' | 'STARTING' | 'SUCCESS' | 'DATA POST FAILED'
  size: number
  seconds: number
}

/** The agent keeps all failed carves; the simulator needs a limit. */
const KEPT_MAX = 100
const ATTEMPTS = 3

/**
 * The table `carves` and the thread that sends the requested files (osquery/carver/carver.cpp,
 * osquery/tables/forensic/carves.cpp). Since 4.6 it runs periodically (osquery pull request 6671), so usually after the query
 * is answered; before 4.6 at once, so usually before.
 */
export class Carver {
  private readonly carves = new Map<string, Carve>()
  private lastQueryId = ''

  constructor(private readonly settings: Settings) {}

  /** Records the distributed query being run: before 4.6, carves use its id whichever query requested them. */
  noteQuery(id: string) {
    this.lastQueryId = id
  }

  /** @returns undefined if the SQL does not use the table */
  run(sql: string): Found | undefined {
    try {
      const parsed = parseSelect(sql)
      if (parsed.table !== 'carves') return undefined
      return { rows: select(parsed, this.rows(this.order(parsed))) }
    } catch (error) {
      if (error instanceof SqlError) return { message: error.message }
      throw error
    }
  }

  async work() {
    const { life, flags } = this.settings
    while (!life.ended) {
      await life.sleep(flags.carver_tick * 1_000)
      const due = [...this.carves.values()].filter(({ status }) => status === 'SCHEDULED')
      // in the order of their database keys
      for (const carve of due.sort((a, b) => (a.guid < b.guid ? -1 : 1))) if (!life.ended) await this.send(carve)
    }
  }

  /** @returns the carve requested by a query */
  private order({ anyOf }: Select): Carve | undefined {
    const { host, flags, life } = this.settings
    const conditions = anyOf.flat()
    const isOrder = conditions.some(
      ({ left, operator, right }) => left === 'carve' && operator === '=' && right === '1',
    )
    const paths = conditions.flatMap(({ left, operator, right }) => {
      if (left !== 'path') return []
      if (operator === '=') return [constantOf(right)] // whether or not the file exists
      return operator === 'like' ? matchingFiles(host.family, constantOf(right)) : []
    })
    if (flags.disable_carver || !isOrder || !paths.length) return undefined
    const [oldest] = this.carves.keys()
    if (oldest && this.carves.size >= KEPT_MAX) this.carves.delete(oldest)
    const made = {
      guid: randomUUID(),
      requestId: randomUUID(),
      size: -1,
      seconds: Math.floor(life.clock.nowMs() / 1_000),
    }
    const carve: Carve = { ...made, paths, status: 'SCHEDULED' }
    this.carves.set(carve.guid, carve)
    if (!isSince(host.osqueryVersion, '4.6')) void this.send(carve)
    return carve
  }

  /** Before 4.6 no row has `carve` set, so SQLite drops all of them for `carve = 1`. */
  private rows(ordered: Carve | undefined): Row[] {
    return [...this.carves.values()].map(carve => {
      const { guid, requestId, paths, status, size, seconds } = carve
      const row = {
        time: String(seconds),
        sha256: '',
        size: String(size),
        path: paths.join(','),
        status,
        carve_guid: guid,
      }
      if (!this.isCurrent) return { ...row, carve: '0' }
      return { ...row, request_id: requestId, carve: carve === ordered ? '1' : '0' }
    })
  }

  private get isCurrent() {
    return isSince(this.settings.host.osqueryVersion, '4.7')
  }

  private async send(carve: Carve) {
    const { host, flags, remote, tally } = this.settings
    carve.status = 'STARTING'
    const archive = tarOf(carve.paths.filter(path => hasFile(host.family, path)))
    carve.size = archive.length
    const requestId = this.isCurrent ? carve.requestId : this.lastQueryId
    const blockBytes = Math.max(1, flags.carver_block_size)
    const blocks = Math.ceil(archive.length / blockBytes)
    const start = { block_count: blocks, block_size: blockBytes, carve_size: archive.length, carve_id: carve.guid }
    const begun = await this.post('carve_init', { ...start, request_id: requestId, node_key: await remote.key() })
    const session = begun?.session_id
    carve.status = 'DATA POST FAILED'
    if (typeof session !== 'string' || !session) return
    for (let id = 0; id < blocks; id++) {
      const data = archive.subarray(id * blockBytes, (id + 1) * blockBytes).toString('base64')
      const sent = await this.post('carve_block', { block_id: id, session_id: session, request_id: requestId, data })
      // agents that do not retry continue with the next block
      if (!sent && this.retries) return
    }
    carve.status = 'SUCCESS'
    tally.carves++
  }

  private get retries() {
    return isSince(this.settings.host.osqueryVersion, '5.22')
  }

  /** Any JSON counts as success. Anything else is retried since 5.22, and lost before that. */
  private async post(path: string, fields: Record<string, unknown>): Promise<Answer | undefined> {
    const { life, remote } = this.settings
    for (let attempt = 1; !life.ended; attempt++) {
      const answer = await remote.post(path, JSON.stringify(fields))
      if (answer || !this.retries || attempt >= ATTEMPTS) return answer
      await life.sleep(attempt ** 2 * 1_000)
    }
    return undefined
  }
}
