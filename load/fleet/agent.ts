import type { Behavior } from './behavior'
import { Carver } from './carver'
import { type Clock, Life } from './clock'
import { readConfiguration } from './configuration'
import type { Connection } from './connection'
import { Distributed } from './distributed'
import { type Flags, flagsOf, STARTED_WITH } from './flags'
import type { Host } from './host'
import { LogForwarder } from './log-forwarder'
import { statusLine } from './log-lines'
import type { Random } from './random'
import { Remote } from './remote'
import { Schedule } from './schedule'
import { type Found, runSql } from './tables/database'
import type { Tally } from './tally'

export interface AgentSettings {
  host: Host
  secret: string
  behavior: Behavior
  connection: Connection
  clock: Clock
  random: Random
  tally: Tally
  /** Command-line flags; default: those for live queries. */
  started?: Partial<Flags>
}

/** Tables whose first row is sent when a host enrols. */
const DETAILS = ['os_version', 'osquery_info', 'system_info', 'platform_info']

/** A simulated osqueryd, whose threads for configuration, logs, schedule and distributed queries are independent. */
export class Agent {
  private readonly life: Life
  private readonly flags: Flags
  private readonly remote: Remote
  private readonly distributed: Distributed
  private readonly forwarder: LogForwarder
  private readonly schedule: Schedule
  private readonly carver: Carver
  /** Resolves when it is offline or stopped. */
  ended: Promise<void> | undefined

  constructor(private readonly settings: AgentSettings) {
    const { host, clock, started } = settings
    this.life = new Life(clock)
    this.flags = flagsOf({ ...STARTED_WITH, ...started })
    const shared = { ...settings, life: this.life, flags: this.flags }
    const details = () =>
      Object.fromEntries(DETAILS.map(table => [table, firstRow(this.run(`select * from ${table}`))]))
    this.remote = new Remote({ ...shared, details })
    const threads = { ...shared, remote: this.remote }
    this.carver = new Carver(threads)
    this.forwarder = new LogForwarder(threads)
    this.schedule = new Schedule({
      ...shared,
      run: sql => this.run(sql),
      log: line => this.forwarder.addResult(line),
    })
    this.distributed = new Distributed({
      ...threads,
      run: (sql, id) => {
        this.carver.noteQuery(id)
        return this.run(sql)
      },
      warn: message => this.forwarder.addStatus(statusLine(host, clock.nowMs(), 2, message)),
      onRestart: () => void this.configure(),
    })
  }

  /** Starts after a delay, so that not all hosts connect at once. */
  start(afterMs: number) {
    this.ended ??= this.live(afterMs)
  }

  behave(behavior: Partial<Behavior>) {
    Object.assign(this.settings.behavior, behavior)
  }

  /** Stops at once, aborting running requests. */
  async stop() {
    this.life.end()
    await this.ended
  }

  private async live(afterMs: number) {
    const { behavior, host, clock } = this.settings
    await this.life.sleep(afterMs)
    if (this.life.ended) return
    await this.remote.key()
    if (behavior.offline) return
    this.forwarder.addStatus(
      statusLine(host, clock.nowMs(), 0, `osqueryd initialized [version=${host.osqueryVersion}]`),
    )
    await this.configure()
    await Promise.all([
      this.refresh(),
      this.forwarder.run(),
      this.schedule.run(),
      this.distributed.run(),
      this.carver.work(),
    ])
  }

  /** The thread that refreshes the configuration (osquery/config/config.cpp, ConfigRefreshRunner). */
  private async refresh() {
    let good = true
    while (!this.life.ended) {
      const { config_refresh, config_accelerated_refresh } = this.flags
      // without a refresh interval it never refreshes, but a restart of the worker may set one
      const seconds =
        good || !config_refresh ? config_refresh || config_accelerated_refresh : config_accelerated_refresh
      await this.life.sleep(seconds * 1_000)
      if (this.life.ended || !this.flags.config_refresh) continue
      good = await this.configure()
    }
  }

  private async configure(): Promise<boolean> {
    const { host } = this.settings
    const answer = await this.remote.call('config', '', { attempts: this.flags.config_tls_max_attempts })
    if (!answer) return false
    const holds = (sql: string) => firstRow(this.run(sql)) !== undefined
    this.schedule.configure(readConfiguration(answer, host, this.flags, holds))
    return true
  }

  private run(sql: string): Found {
    const { host, clock, behavior } = this.settings
    return this.carver.run(sql) ?? runSql(sql, { host, nowMs: clock.nowMs(), rows: behavior.rows })
  }
}

const firstRow = (found: Found) => ('rows' in found ? found.rows[0] : undefined)
