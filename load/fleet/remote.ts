import { gzipSync } from 'node:zlib'
import type { Life } from './clock'
import type { Connection } from './connection'
import type { Flags } from './flags'
import type { Host } from './host'
import type { Tally } from './tally'
import { isSince } from './version'

export type Answer = Record<string, unknown>

interface Settings {
  host: Host
  secret: string
  /** `host_details` of the enrolment: the first row of some tables. */
  details: () => Record<string, unknown>
  flags: Flags
  connection: Connection
  life: Life
  tally: Tally
}

interface CallOptions {
  attempts?: number
  compress?: boolean
  /** Body of the first attempt only. */
  garbled?: string
}

/** Bits of PlatformType in osquery: POSIX 1, Windows 2, BSD 4, Linux 8, macOS 16. */
const PLATFORM_TYPE = { linux: '9', darwin: '21', windows: '2' }

/** Client of osquery's remote API: enrols when necessary and retries where the agent does. */
export class Remote {
  private nodeKey = ''
  private enrolling: Promise<string> | undefined

  constructor(private readonly settings: Settings) {}

  /** @returns '' if all attempts to enrol failed */
  async key(): Promise<string> {
    if (this.nodeKey) return this.nodeKey
    this.enrolling ??= this.enrol().finally(() => {
      this.enrolling = undefined
    })
    return this.enrolling
  }

  /**
   * @param fields the body without its braces; the node key comes last, as the agent adds it last
   * @returns undefined if all attempts failed. It sleeps 1 s, 4 s, 9 s between attempts (osquery/remote/utility.h).
   */
  async call(
    path: string,
    fields: string,
    { attempts = 1, compress, garbled }: CallOptions = {},
  ): Promise<Answer | undefined> {
    const { life } = this.settings
    for (let attempt = 1; !life.ended; attempt++) {
      const key = await this.key()
      const body = (attempt === 1 && garbled) || `{${fields}${fields && ','}"node_key":${JSON.stringify(key)}}`
      const answer = await this.post(path, body, compress)
      if (answer && !this.isRefusal(answer, path)) return answer
      if (attempt >= attempts) return undefined
      await life.sleep(attempt ** 2 * 1_000)
    }
    return undefined
  }

  /** A single attempt that does not interpret the answer; undefined if there is none. */
  async post(path: string, body: string, compress = false): Promise<Answer | undefined> {
    const { connection, host, life, tally } = this.settings
    const headers: Record<string, string> = { 'User-Agent': `osquery/${host.osqueryVersion}` }
    if (compress) headers['Content-Encoding'] = 'gzip'
    if (this.nodeKey && isSince(host.osqueryVersion, '5.23.0')) headers.Authorization = `NodeKey ${this.nodeKey}`
    try {
      const text = await connection.post(
        { path: `osquery/${path}`, body: compress ? gzipSync(body) : body, headers },
        life,
      )
      return parse(text)
    } catch (error) {
      if (!life.ended) tally.failed(`${path}: ${error instanceof Error ? error.message : error}`)
      return undefined
    }
  }

  private isRefusal(answer: Answer, path: string): boolean {
    const { tally, flags } = this.settings
    if (answer.node_invalid !== true && answer.error === undefined) return false
    tally.failed(`${path}: ${answer.node_invalid === true ? 'the node key is not valid' : answer.error}`)
    if (answer.node_invalid === true && this.nodeKey && !flags.disable_reenrollment) {
      this.nodeKey = ''
      tally.enrolled--
    }
    return true
  }

  /** Up to 12 attempts, n² seconds apart (plugins/remote/enroll/tls_enroll.cpp). */
  private async enrol(): Promise<string> {
    const { life, flags, tally } = this.settings
    for (let attempt = 1; !life.ended; attempt++) {
      const answer = await this.post('enroll', this.enrolment())
      const found = answer?.node_key ?? answer?.id
      if (typeof found === 'string' && found) {
        this.nodeKey = found
        tally.enrolled++
        tally.enrolments++
        return found
      }
      if (answer) tally.failed(`enroll: ${answer.error ?? 'the server returned no node key'}`)
      if (attempt === flags.tls_enroll_max_attempts) break
      await life.sleep(Math.min(attempt ** 2, flags.tls_enroll_max_interval) * 1_000)
    }
    return ''
  }

  private enrolment(): string {
    const { secret, host, details } = this.settings
    return JSON.stringify({
      enroll_secret: secret,
      host_identifier: host.identifier,
      platform_type: PLATFORM_TYPE[host.family],
      host_details: details(),
    })
  }
}

/** An empty body counts as success without content; anything else must be JSON. */
function parse(text: string): Answer {
  if (text === '') return {}
  const answer: unknown = JSON.parse(text)
  return typeof answer === 'object' && answer !== null ? (answer as Answer) : {}
}
