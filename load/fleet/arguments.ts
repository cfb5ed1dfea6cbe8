import { parseArgs } from 'node:util'
import { urlFrom } from '../../text/url'
import { type FleetBehavior, GOOD, LOG_SHAPES } from './behavior'
import type { Flags } from './flags'

export interface Arguments {
  url: string
  secret: string | undefined
  hosts: number
  seconds: number | undefined
  seed: string
  caFile: string | undefined
  started: Partial<Flags>
  behavior: FleetBehavior
}

/** Invalid arguments; the message says what is wrong and what to do. */
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

  --hosts N         number of hosts (default 100)
  --url URL         server, http or https (default: npm start on this machine)
  --secret TEXT     enroll secret (default: created with the token in TAILRACE_TOKEN or DATA_DIR/admin-token)
  --ca FILE         CA certificate of the server (PEM)
  --seconds N       stop after N seconds (default: until Ctrl-C)
  --seed TEXT       seed; the same seed gives the same hosts (default tailrace)
  --rows N          rows of large tables such as processes (default: depends on the table)
  --delay A-B       run time of a query, in ms (default 0)
  --carve-tick N    interval at which hosts start sending requested files, in s (default 60)
  --log-shape S     ${LOG_SHAPES.join(', ')} or mixed (default configured: by the server's options)

Fractions from 0 to 1 (default 0):
  --no-rows S       queries that return no rows
  --errors S        queries that fail
  --crashes S       queries that crash the agent, which then denylists them
  --duplicates S    answers sent twice
  --malformed S     answers truncated on the first attempt
  --silent S        hosts that take queries but never answer
  --offline S       hosts that enrol and never come back

The table simulated_rows has any number of rows: select * from simulated_rows where count = 100000`

/**
 * @param env `PORT` is the port of `npm start`
 * @returns undefined for --help
 * @throws ArgumentError
 */
export function readArguments(args: string[], env: Record<string, string | undefined> = {}): Arguments | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const share = (name: keyof typeof values) => numberOf(name, values[name], 0, 1)
  const behavior: FleetBehavior = {
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
      behavior,
    },
    hosts: wholeOf('hosts', values.hosts, 1, 20_000),
    seconds: values.seconds === undefined ? undefined : numberOf('seconds', values.seconds, 1, 86_400),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new ArgumentError(`${error instanceof Error ? error.message : error}. --help lists all options.`)
  }
}

function numberOf(name: string, value: unknown, min: number, max: number): number {
  const number = Number(value)
  if (value === '' || !(number >= min && number <= max))
    throw new ArgumentError(`--${name} must be a number from ${min} to ${max}.`)
  return number
}

function wholeOf(name: string, value: string, min: number, max: number): number {
  const number = numberOf(name, value, min, max)
  if (!Number.isInteger(number)) throw new ArgumentError(`--${name} must be a whole number.`)
  return number
}

function rangeOf(text: string): [number, number] {
  const [min = '', max = min] = text.split('-')
  const range: [number, number] = [wholeOf('delay', min, 0, 600_000), wholeOf('delay', max, 0, 600_000)]
  if (range[0] > range[1]) throw new ArgumentError('--delay must be a range in ms, such as 50-500.')
  return range
}

function shapeOf(text: string): FleetBehavior['logShape'] {
  const found = [...LOG_SHAPES, 'mixed' as const].find(shape => shape === text)
  if (!found) throw new ArgumentError(`--log-shape must be one of ${LOG_SHAPES.join(', ')}, mixed.`)
  return found
}

function urlOf(text: string): string {
  if (!/^https?:$/.test(urlFrom(text)?.protocol ?? ''))
    throw new ArgumentError('--url must be a URL such as http://127.0.0.1:8080.')
  return text.replace(/\/+$/, '')
}
