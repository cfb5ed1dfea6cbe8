import { version } from '../../package.json'
import { defineCommand } from '../command'
import { EXIT, Failure, wrongUsage } from '../exit'
import { numberOf } from '../numbers'
import { parseUrl } from '../settings'

const ACTIONS = ['start', 'stop', 'restart'] as const
const SPOOL_MB_DEFAULT = 256
const SPOOL_HOURS_DEFAULT = 24

export const agent = defineCommand({
  name: 'agent',
  operands: '',
  count: [0, 0],
  summary: "Watches this machine's containers: sends metrics and logs to the server, and takes actions that you allow",
  details: `Runs until it is ended. It opens one connection to the server and no port. The token is needed once; then the agent
has a key of its own in its data folder. See docs/agents.md.

  tailrace agent --url https://tailrace.example --token-file ./token
  tailrace agent --url https://tailrace.example --allow start,stop,restart --protect "db-*"`,
  options: {
    'token-file': { type: 'string', value: 'file', help: 'Enrolment token, needed once (or TAILRACE_AGENT_TOKEN)' },
    allow: {
      type: 'string',
      value: 'a,b',
      help: `Actions that the server may ask for: ${ACTIONS.join(', ')} (default none)`,
    },
    protect: {
      type: 'string',
      value: 'name',
      multiple: true,
      help: 'Containers that need an admin; * for any characters',
    },
    engine: {
      type: 'string',
      value: 'socket',
      help: 'Socket of Docker or Podman (default: DOCKER_HOST, or where it usually is)',
    },
    data: { type: 'string', value: 'folder', help: 'Key, journal and spool (default /var/lib/tailrace-agent as root)' },
    'spool-mb': {
      type: 'string',
      value: 'n',
      help: `Kept while there is no connection (default ${SPOOL_MB_DEFAULT} MB)`,
    },
    'spool-hours': { type: 'string', value: 'n', help: `And for how long (default ${SPOOL_HOURS_DEFAULT})` },
    ca: {
      type: 'string',
      value: 'file',
      help: "Certificates that vouch for the server's, besides the usual ones (PEM)",
    },
    root: { type: 'string', value: 'folder', help: "Where the machine's root is mounted, if this runs in a container" },
    hostname: { type: 'string', value: 'name', help: "The machine's name (default: its host name)" },
  },
  async run({ env, url, terminal, onFirstInterrupt }, { values }) {
    const given = url || env.TAILRACE_URL
    if (!given) throw wrongUsage('The agent needs the address of the server: --url https://...')
    const allow = actionsOf(values.allow)
    const spoolBytes = (numberOf('--spool-mb', values['spool-mb']) ?? SPOOL_MB_DEFAULT) * 1e6
    const spoolAgeMs = (numberOf('--spool-hours', values['spool-hours']) ?? SPOOL_HOURS_DEFAULT) * 3_600_000
    const stop = new AbortController()
    const end = () => stop.abort()
    onFirstInterrupt(end)
    process.once('SIGTERM', end)
    // a file of its own: no other command needs its packages
    const { runAgent } = await import('../../agent/index.js')
    try {
      await runAgent({
        ...{ url: parseUrl(given), version, env, signal: stop.signal },
        ...{ tokenFile: values['token-file'], token: env.TAILRACE_AGENT_TOKEN, caFile: values.ca },
        ...{ data: values.data, engine: values.engine, hostname: values.hostname, root: values.root ?? '/' },
        ...{ allow, protect: values.protect ?? [], spoolBytes, spoolAgeMs },
        say: message => terminal.note(`${new Date().toISOString()} ${message}`),
      })
    } catch (error) {
      throw new Failure(EXIT.failed, error instanceof Error ? error.message : String(error))
    }
    return EXIT.ok
  },
})

function actionsOf(text: string | undefined) {
  const names = (text ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(Boolean)
  return names.map(name => {
    const found = ACTIONS.find(action => action === name)
    if (!found) throw wrongUsage(`--allow takes ${ACTIONS.join(', ')}, with commas, not "${name}".`)
    return found
  })
}
