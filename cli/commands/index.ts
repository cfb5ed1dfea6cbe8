import type { Command } from '../command'
import { ack } from './ack'
import { agent } from './agent'
import { alerts } from './alerts'
import { cancel } from './cancel'
import { containers } from './containers'
import { crawl } from './crawl'
import { crawls } from './crawls'
import { hosts } from './hosts'
import { incidents } from './incidents'
import { job } from './job'
import { jobs } from './jobs'
import { login, logout, whoami } from './login'
import { logs } from './logs'
import { monitors } from './monitors'
import { pause, resume } from './pause'
import { query } from './query'
import { queues } from './queues'
import { restart, start, stop } from './restart'
import { results } from './results'
import { retention } from './retention'
import { retry } from './retry'
import { run } from './run'
import { schedule } from './schedule'
import { schedules } from './schedules'
import { silence } from './silence'
import { tail } from './tail'
import { version } from './version'

/** In the order in which the help lists them. */
export const commands: readonly Command[] = [
  run,
  jobs,
  job,
  tail,
  cancel,
  retry,
  hosts,
  query,
  results,
  containers,
  logs,
  restart,
  start,
  stop,
  monitors,
  crawl,
  crawls,
  incidents,
  ack,
  alerts,
  silence,
  queues,
  pause,
  resume,
  schedules,
  schedule,
  retention,
  agent,
  login,
  logout,
  whoami,
  version,
]
