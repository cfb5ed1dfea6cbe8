import type { Command, Option, Options } from './command'
import { commands } from './commands'
import { table } from './output/table'

export const COMMON_OPTIONS = {
  url: {
    type: 'string',
    value: 'url',
    help: 'The server (default: TAILRACE_URL, the last login, or http://127.0.0.1:8080)',
  },
  help: { type: 'boolean', help: 'This help' },
} as const satisfies Options

/** The help of the whole program. */
export const overview = () => `Usage: tailrace <command> [options]

${list(commands.map(({ name, operands, summary }) => [`${name} ${operands}`.trim(), summary]))}
tailrace help <command> shows its options.

Access   TAILRACE_TOKEN, or else the token saved by "tailrace login", or else, if the server is on this machine
         (127.0.0.1, ::1, localhost) and .data/admin-token (or DATA_DIR/admin-token) can be read, that admin token.
         Tokens are never accepted as arguments, because everybody on the machine can see arguments.
Server   --url, TAILRACE_URL, the last login, or http://127.0.0.1:8080
Colors  on terminals; NO_COLOR=1 turns them off
Exit     0 done   1 job failed or cancelled, command refused, or output not written   2 wrong usage
         3 not signed in or not allowed
         4 not found   5 server cannot be reached   6 not all hosts answered   7 a plan has changes
         8 a crawl found what --fail-on names   130 Ctrl-C   141 output closed before the outcome was known
`

/** The help of one command. */
export function helpFor({ name, operands, summary, details, options }: Command): string {
  const rows = Object.entries({ ...options, ...COMMON_OPTIONS }).map(([option, each]) => rowOf(option, each))
  return `Usage: ${`tailrace ${name} ${operands}`.trim()} [options]\n\n${summary}.\n${details ? `\n${details}\n` : ''}\n${list(rows)}`
}

const rowOf = (name: string, { value, multiple, help }: Option) => [
  `--${name}${value ? ` <${value}>` : ''}${multiple ? ' ...' : ''}`,
  help,
]

const list = (rows: string[][]) =>
  table([{ title: '' }, { title: '' }], rows, Number.POSITIVE_INFINITY)
    .split('\n')
    .slice(1)
    .map(line => (line ? `  ${line}\n` : ''))
    .join('')
