import { parseArgs } from 'node:util'
import { type FleetBehaviour, GOOD, LOG_SHAPES } from './behaviour'
import type { Flags } from './flags'

export interface Arguments {
  url: string
  secret: string | undefined
  hosts: number
  seconds: number | undefined
  seed: string
  caFile: string | undefined
  started: Partial<Flags>
  behaviour: FleetBehaviour
}

/** Something that the caller wrote wrong; its message says what and what to do. */
export class ArgumentError extends Error {}

const OPTIONS = {
  hosts: { type: 'string', default: '100' },
  url: { type: 'string' },
  secret: { type: 'string' },
  ca: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string', default: 'tailrace' },
  rows: { type: 'string' },
  delay: { type: 'string', default: '0' },
  'carve-tick': { type: 'string', default: '60' },
  'no-rows': { type: 'string', default: '0' },
  errors: { type: 'string', default: '0' },
  crashes: { type: 'string', default: '0' },
  duplicates: { type: 'string', default: '0' },
  malformed: { type: 'string', default: '0' },
  silent: { type: 'string', default: '0' },
  offline: { type: 'string', default: '0' },
  'log-shape': { type: 'string', default: GOOD.logShape },
  help: { type: 'boolean', default: false },
} as const

export const HELP = `Simulates hosts that run osquery: they enrol, hold reads, answer queries and log.

npm run simulate:fleet -- [options]

  --hosts N         how many (100)
  --url URL         the server, http or https (the one of npm start on this machine)
  --secret TEXT     an enroll secret; unless given one is made, with the token in TAILRACE_TOKEN or DATA_DIR/admin-token
  --ca FILE         PEM of the authority that signed the server's certificate
  --seconds N       stop by itself after so long (until Ctrl-C)
  --seed TEXT       the same seed gives the same hosts again (tailrace)
  --rows N          rows of tables that have many, such as processes (their own number)
  --delay A-B       how long a query runs, ms (0)
  --carve-tick N    how often hosts begin to send files that were asked for, s (60)
  --log-shape S     ${LOG_SHAPES.join(', ')} or mixed (configured: as the server's options say)

Shares from 0 to 1, each 0 unless given:
  --no-rows S       of queries that find nothing
  --errors S        of queries that fail
  --crashes S       of queries that crash the agent, which then denies to run them again
  --duplicates S    of answers that are sent twice
  --malformed S     of answers whose first sending is cut off
  --silent S        of hosts that take queries and never answer
  --offline S       of hosts that enrol and are not seen again

A table for tests is simulated_rows: select * from simulated_rows where count = 100000`

/**
 * @param env where `PORT` says on which one `npm start` listens
 * @returns nothing when help is wanted
 * @throws ArgumentError
 */
export function readArguments(args: string[], env: Record<string, string | undefined> = {}): Arguments | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const share = (name: keyof typeof values) => numberOf(name, values[name], 0, 1)
  const behaviour: FleetBehaviour = {
    ...{ noRows: share('no-rows'), errors: share('errors'), crashes: share('crashes') },
    ...{ duplicates: share('duplicates'), malformed: share('malformed') },
    ...{ silent: share('silent'), offline: share('offline') },
    ...{ delayMs: rangeOf(values.delay), logShape: shapeOf(values['log-shape']) },
    rows: values.rows === undefined ? undefined : wholeOf('rows', values.rows, 0, 1_000_000),
  }
  return {
    ...{
      url: urlOf(values.url ?? `http://127.0.0.1:${env.PORT || 8080}`),
      secret: values.secret,
      seed: values.seed,
      caFile: values.ca,
      started: { carver_tick: wholeOf('carve-tick', values['carve-tick'], 1, 3_600) },
      behaviour,
    },
    hosts: wholeOf('hosts', values.hosts, 1, 20_000),
    seconds: values.seconds === undefined ? undefined : numberOf('seconds', values.seconds, 1, 86_400),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new ArgumentError(`${error instanceof Error ? error.message : error}. --help tells all options.`)
  }
}

function numberOf(name: string, value: unknown, least: number, most: number): number {
  const number = Number(value)
  if (value === '' || !(number >= least && number <= most))
    throw new ArgumentError(`--${name} must be a number from ${least} to ${most}.`)
  return number
}

function wholeOf(name: string, value: string, least: number, most: number): number {
  const number = numberOf(name, value, least, most)
  if (!Number.isInteger(number)) throw new ArgumentError(`--${name} must be a whole number.`)
  return number
}

function rangeOf(text: string): [number, number] {
  const [least = '', most = least] = text.split('-')
  const range: [number, number] = [wholeOf('delay', least, 0, 600_000), wholeOf('delay', most, 0, 600_000)]
  if (range[0] > range[1]) throw new ArgumentError('--delay must be two numbers of ms, the smaller one first: 50-500.')
  return range
}

function shapeOf(text: string): FleetBehaviour['logShape'] {
  const found = [...LOG_SHAPES, 'mixed' as const].find(shape => shape === text)
  if (!found) throw new ArgumentError(`--log-shape must be one of ${LOG_SHAPES.join(', ')}, mixed.`)
  return found
}

function urlOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ArgumentError('--url must be an address such as http://127.0.0.1:8080.')
  return text.replace(/\/+$/, '')
}
