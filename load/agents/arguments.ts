import { parseArgs } from 'node:util'
import { urlFrom } from '../../text/url'

export interface Arguments {
  url: string
  token: string
  agents: number
  containers: number
  seconds: number | undefined
  seed: string
  /** Lines per second and container. */
  lines: number
  cutsPerMinute: number
  skewMs: number
  /** Share of machines whose engine hangs now and then. */
  hung: number
  bursts: boolean
}

/** Invalid arguments; the message says what is wrong and what to do. */
export class ArgumentError extends Error {}

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  agents: { type: 'string', default: '50' },
  containers: { type: 'string', default: '20' },
  seconds: { type: 'string' },
  seed: { type: 'string', default: 'tailrace' },
  lines: { type: 'string', default: '0.2' },
  cuts: { type: 'string', default: '0' },
  skew: { type: 'string', default: '0' },
  hung: { type: 'string', default: '0' },
  bursts: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export const HELP = `Simulates machines with containers: the real agent, with an engine that is made up.

npm run simulate:agents -- --token <token> [options]

  --url URL         server (default: npm start on this machine)
  --token TEXT      enrolment token that is reusable (or TAILRACE_AGENT_TOKEN)
  --agents N        number of machines (default 50)
  --containers N    containers of each (default 20)
  --lines N         log lines per second and container (default 0.2)
  --bursts          each container logs a hundred times as much for one second in a minute
  --cuts N          broken connections per minute, of all machines together (default 0)
  --skew S          clocks that are wrong by up to S seconds (default 0)
  --hung S          share of engines that hang for half of each minute, from 0 to 1 (default 0)
  --seconds N       stop after N seconds (default: until Ctrl-C)
  --seed TEXT       the same seed gives the same containers (default tailrace)`

/** @returns undefined for --help. @throws ArgumentError */
export function readArguments(args: string[], env: Record<string, string | undefined> = {}): Arguments | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const token = values.token ?? env.TAILRACE_AGENT_TOKEN
  if (!token) throw new ArgumentError('--token must be an enrolment token that is reusable (page Agents, Add machine).')
  return {
    ...{
      token,
      seed: values.seed,
      bursts: values.bursts,
      url: urlOf(values.url ?? `http://127.0.0.1:${env.PORT || 8080}`),
    },
    agents: numberOf('agents', values.agents, 1, 5_000),
    containers: numberOf('containers', values.containers, 0, 500),
    seconds: values.seconds === undefined ? undefined : numberOf('seconds', values.seconds, 1, 86_400),
    lines: numberOf('lines', values.lines, 0, 1_000),
    cutsPerMinute: numberOf('cuts', values.cuts, 0, 100_000),
    skewMs: numberOf('skew', values.skew, 0, 86_400) * 1_000,
    hung: numberOf('hung', values.hung, 0, 1),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new ArgumentError(`${error instanceof Error ? error.message : error}. --help lists all options.`)
  }
}

function numberOf(name: string, value: string, min: number, max: number): number {
  const number = Number(value)
  if (value === '' || !(number >= min && number <= max))
    throw new ArgumentError(`--${name} must be a number from ${min} to ${max}.`)
  return number
}

function urlOf(text: string): string {
  if (!/^https?:$/.test(urlFrom(text)?.protocol ?? ''))
    throw new ArgumentError('--url must be a URL such as http://127.0.0.1:8080.')
  return text.replace(/\/+$/, '')
}
