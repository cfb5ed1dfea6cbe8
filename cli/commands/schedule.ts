import type { Api } from '../api'
import { defineCommand, JSON_OPTION } from '../command'
import { EXIT, Failure, wrongUsage } from '../exit'
import { parseInput } from '../input'
import { collect } from '../list'
import { secondsOf } from '../output/times'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** More than a tenant has. */
const SCHEDULES_MAX = 1_000

interface Values {
  every?: string
  cron?: string
  timezone?: string
  overlap?: string
  'catch-up'?: string
  until?: string
  paused?: boolean
  reason?: string
  json?: boolean
}

type Changes = Record<string, (api: Api, id: string, reason: string | undefined) => Promise<{ id: string }>>

/** What can be done with a schedule. Each gives the id that is printed. */
const CHANGES: Changes = {
  pause: (api, id, reason) => api.patch('/api/schedules/{id}', { id, body: { enabled: false, reason } }),
  resume: (api, id, reason) => api.patch('/api/schedules/{id}', { id, body: { enabled: true, reason } }),
  run: async (api, id, reason) => (await api.post('/api/schedules/{id}/run', { id, body: { reason } })).job,
  delete: async (api, id, reason) => {
    await api.delete('/api/schedules/{id}', { id, ...(reason !== undefined && { reason }) })
    return { id }
  },
}

export const schedule = defineCommand({
  name: 'schedule',
  operands: 'create <name> <kind> [<input>...] | pause|resume|run|delete <name or id>',
  count: [2, Number.POSITIVE_INFINITY],
  summary: 'Creates a schedule, pauses, resumes or deletes it, or runs it now; prints an id',
  details: `create takes the input of the kind as "tailrace run" does, and --every or --cron. run prints the id of the job.

  tailrace schedule create "check the shop" health-check url=https://example.org --every 5m
  tailrace schedule create nightly health-check url=https://example.org --cron "0 2 * * *" --timezone Europe/Berlin
  tailrace schedule pause "check the shop" --reason "it moves"`,
  options: {
    every: { type: 'string', value: 'time', help: 'Interval: 30s, 5m, 2h, 1d' },
    cron: { type: 'string', value: 'expression', help: 'Cron expression with five fields, or six with seconds first' },
    timezone: { type: 'string', value: 'zone', help: 'Time zone of --cron (default UTC)' },
    overlap: { type: 'string', value: 'what', help: 'While its last job has not ended: skip (default) or queue' },
    'catch-up': { type: 'string', value: 'what', help: 'Jobs for times that were missed: one (default) or none' },
    until: { type: 'string', value: 'time', help: 'Its end: RFC 3339' },
    paused: { type: 'boolean', help: 'Create it paused' },
    reason: { type: 'string', value: 'text', help: 'Kept in the audit log' },
    json: JSON_OPTION,
  },
  async run({ api, terminal }, { values, operands: [verb = '', name = '', ...rest] }) {
    const result =
      verb === 'create' ? await create(api, name, rest, values) : await change(api, verb, name, rest, values)
    if (values.json) terminal.json(result)
    else terminal.write(`${result.id}\n`)
    return EXIT.ok
  },
})

function create(api: Api, name: string, [kind, ...input]: string[], values: Values) {
  if (kind === undefined) throw wrongUsage('Say what to create: schedule create <name> <kind> [<input>...]')
  const body = {
    ...{ name, kind, input: parseInput(input), cron: values.cron, timezone: values.timezone },
    ...{ every_seconds: everyOf(values.every), until: values.until, enabled: !values.paused, reason: values.reason },
    overlap: values.overlap as 'skip' | undefined,
    catch_up: values['catch-up'] as 'one' | undefined,
  }
  return api.post('/api/schedules', { body })
}

function everyOf(text: string | undefined): number | undefined {
  const seconds = text === undefined ? undefined : secondsOf(text)
  if (text !== undefined && !seconds) throw wrongUsage(`--every must be a time such as 30s, 5m or 2h, not "${text}".`)
  return seconds
}

async function change(api: Api, verb: string, name: string, rest: string[], { reason }: Values) {
  const act = CHANGES[verb]
  if (!act || rest.length > 0) throw wrongUsage('Say what to do: schedule create, pause, resume, run or delete.')
  return act(api, await idOf(api, name), reason)
}

/** @throws Failure when there is no schedule of that name */
async function idOf(api: Api, name: string): Promise<string> {
  if (UUID.test(name)) return name
  const { found } = await collect(SCHEDULES_MAX, page => api.get('/api/schedules', { q: name, ...page }))
  const schedule = found.find(each => each.name === name)
  if (schedule) return schedule.id
  throw new Failure(EXIT.missing, `There is no schedule "${name}".`)
}
