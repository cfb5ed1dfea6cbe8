import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT, wrongUsage } from '../exit'
import { type FollowRequest, follow, showOnce } from '../follow'
import { linesOf } from '../lines'
import { jsonPrinter, textPrinter } from '../output/printer'
import { PATIENCE_OPTION, patienceOf } from '../patience'

export const tail = defineCommand({
  name: 'tail',
  operands: 'job <id> | service [<name>] | events',
  count: [1, 2],
  summary: 'Shows lines and events as they arrive and resumes after a disconnect',
  details: `Services are web (the default) and worker. The tail of a job ends with the job, others end with Ctrl-C, which
prints how to continue. Gaps are reported: "!! 12 entries are missing here".`,
  options: {
    level: { type: 'string', value: 'level', help: 'This level and above: debug, info, warn, error' },
    step: { type: 'string', value: 'name', help: 'Only lines of this step' },
    q: { type: 'string', value: 'text', help: 'Lines that contain this' },
    types: { type: 'string', value: 'a,b', help: 'Only events of these types, such as job_failed' },
    lines: { type: 'string', value: 'n', help: 'Start with the last n entries: 0 to 10000, or all (default 100)' },
    after: { type: 'string', value: 'id', help: 'Start after this id, as printed by an interrupted tail' },
    'no-follow': { type: 'boolean', help: 'Show existing entries and exit' },
    'exit-status': { type: 'boolean', help: 'For a job: exit 1 if it failed or was cancelled' },
    json: JSON_OPTION,
    patience: PATIENCE_OPTION,
  },
  async run(context, { values, operands }) {
    const { level, step, q, types, after } = values
    const request: FollowRequest = {
      topic: topicOf(operands),
      filter: { level, step, q, after, limit: linesOf(values.lines), types: types?.split(',').filter(Boolean) },
      patienceMs: patienceOf(values.patience),
    }
    if (values['exit-status']) {
      if (!request.topic.startsWith('job:')) throw wrongUsage('--exit-status is for jobs only.')
      context.requireOutcome()
    }
    await checkAccess(context, request.topic)
    const printer = values.json ? jsonPrinter(context.terminal) : textPrinter(context.terminal)
    const ending = await (values['no-follow'] ? showOnce : follow)(context, request, printer)
    if (!values['exit-status']) return EXIT.ok
    return ending?.job.status === 'completed' ? EXIT.ok : EXIT.failed
  },
})

function topicOf([family, name, ...rest]: readonly string[]): string {
  if (rest.length === 0) {
    if (family === 'job' && name) return `job:${name.toLowerCase()}`
    if (family === 'service') return `service:${name ?? 'web'}`
    if (family === 'events' && name === undefined) return 'events'
  }
  throw wrongUsage('Specify what to tail: job <id>, service [web|worker], or events.')
}

/** Streams reconnect forever. This request fails at once if access is refused or the server is down. */
async function checkAccess({ api }: Context, topic: string): Promise<void> {
  const [family, name = ''] = topic.split(':')
  if (family === 'job') await api.get('/api/jobs/{id}', { id: name })
  else if (family === 'service') await api.get('/api/service/logs', { service: name, limit: 1 })
  else await api.get('/api/session')
}
