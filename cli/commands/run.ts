import { randomUUID } from 'node:crypto'
import { clean } from '../../text/display'
import { parseUrl } from '../../text/url'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT, Failure, wrongUsage } from '../exit'
import { followJob } from '../follow-job'
import { parseInput } from '../input'
import { didYouMean } from '../near'
import { numberOf } from '../numbers'
import { PATIENCE_OPTION, patienceOf } from '../patience'
import { runEach } from '../run-each'

export const run = defineCommand({
  name: 'run',
  operands: '<kind> [<json> | @<file> | - | <key>=<value>...]',
  count: [1, Number.POSITIVE_INFINITY],
  summary: 'Creates a job and prints its id',
  details: `The input is a JSON object, @file or - (standard input) with one, or key=value pairs. A value that is a
number, true, false, null, or starts with { [ or " is parsed as JSON; any other is text.
Pass secrets with @file or -, because everybody on the machine can see arguments.

  tailrace run health-check example.org expect_status=200
  tailrace run demo '{"steps":[{"name":"pump","lines":100}]}' --wait
  tailrace run health-check --each urls.ndjson`,
  options: {
    wait: { type: 'boolean', help: 'Follow its log; exit 0 if it completes, 1 if it fails or is cancelled' },
    each: { type: 'string', value: 'file', help: 'A job per line of a file or - (standard input), each a JSON object' },
    json: JSON_OPTION,
    priority: { type: 'string', value: 'n', help: 'Default 0; higher numbers wait longer' },
    delay: { type: 'string', value: 'seconds', help: 'Start the job after this time' },
    reason: { type: 'string', value: 'text', help: 'Recorded with the job and in the audit log' },
    key: { type: 'string', value: 'key', help: 'Idempotency key: within 24 h, the same key returns the same job' },
    patience: PATIENCE_OPTION,
  },
  async run(context, { values, operands: [kind = '', ...rest] }) {
    const { terminal, api } = context
    const patienceMs = patienceOf(values.patience)
    const shared = {
      kind,
      priority: numberOf('--priority', values.priority),
      delay_ms: millisOf('--delay', values.delay),
      reason: values.reason,
    }
    const key = values.key ?? randomUUID() // a repeated request creates one job
    if (values.each !== undefined) {
      if (rest.length || values.wait) throw wrongUsage('--each takes all inputs from its file, and cannot --wait.')
      return runEach(context, { file: values.each, shared, key, isJson: values.json === true })
    }
    const body = { ...shared, input: inputOf(kind, rest) }
    const headers = { 'idempotency-key': key }
    const { job, links } = await api
      .post('/api/jobs', { body, headers })
      .catch(error => unknownKind(context, kind, error))
    if (values.json) terminal.json({ event: 'job', ...job, links })
    else terminal.write(`${job.id}\n`)
    return values.wait ? followJob(context, job, { isJson: values.json === true, patienceMs }) : EXIT.ok
  },
})

/** `tailrace run health-check example.org`: as on the queue page, an address may be given as people write it. */
function inputOf(kind: string, operands: readonly string[]): Record<string, unknown> {
  const [first = '', ...more] = operands
  const isBare = kind === 'health-check' && first !== '' && !/^(\w+=|@|-$|\s*\{)/.test(first)
  const input = parseInput(isBare ? [`url=${first}`, ...more] : operands)
  const { url } = input
  if (kind !== 'health-check' || typeof url !== 'string' || url.includes('://')) return input
  return { ...input, url: parseUrl(url) ?? url }
}

/** The server lists all kinds; which of them was meant is seen sooner from one. @throws Failure */
async function unknownKind({ api }: Context, kind: string, error: unknown): Promise<never> {
  if (!(error instanceof Failure) || error.exitCode !== EXIT.usage) throw error
  const names = (await api.get('/api/kinds')).items.filter(each => each.role !== null).map(each => each.name)
  if (names.includes(kind)) throw error
  throw wrongUsage(`There is no kind "${clean(kind)}".${didYouMean(kind, names)} Kinds: ${names.join(', ')}`)
}

function millisOf(name: string, text: string | undefined): number | undefined {
  const seconds = numberOf(name, text)
  return seconds === undefined ? undefined : Math.round(seconds * 1_000)
}
