import { type Command, type Context, defineCommand, JSON_OPTION } from '../command'
import { wrongUsage } from '../exit'
import { type ApplyOptions, applyMonitors } from '../monitors/apply'
import { type ControlOptions, checkMonitor, controlMonitor } from '../monitors/control'
import { exportMonitors } from '../monitors/export'
import { LIMIT_DEFAULT, type ListOptions, listMonitors } from '../monitors/list'
import { showMonitor } from '../monitors/show'
import { PATIENCE_OPTION } from '../patience'

type Values = ListOptions & ControlOptions & Omit<ApplyOptions, 'isPlan'> & { 'dry-run'?: boolean }
type Verb = (context: Context, operand: string, values: Values) => Promise<number>

const VERBS: Readonly<Record<string, Verb>> = {
  show: (context, name, { json }) => showMonitor(context, name, json === true),
  check: checkMonitor,
  pause: (context, name, values) => controlMonitor(context, 'pause', name, values),
  resume: (context, name, values) => controlMonitor(context, 'resume', name, values),
  plan: (context, file, values) => applyMonitors(context, file, { ...values, isPlan: true }),
  apply: (context, file, values) => applyMonitors(context, file, { ...values, isPlan: values['dry-run'] === true }),
}

export const monitors: Command = defineCommand({
  name: 'monitors',
  operands: '[show|check|pause|resume <name or id> | plan|apply <file> | export]',
  count: [0, 2],
  summary: 'Lists monitors; shows, checks, pauses or resumes one; makes them as they are in a file; exports them',
  details: `  tailrace monitors --status down --label team=web
  tailrace monitors check "Home page"          checks now and shows the lines
  tailrace monitors export > monitors.yaml     without secrets
  tailrace monitors plan monitors.yaml         exits with 7 if there are changes
  tailrace monitors apply monitors.yaml        shows the changes and asks
  tailrace monitors apply backup.json --format uptime-kuma --yes

Monitors are recognized by name. A plan marks what is created with +, changed with ~, removed with - and refused
with !. If one is refused, nothing is changed.`,
  options: {
    status: { type: 'string', value: 'status', help: 'up, down, pending or paused; several with commas' },
    type: { type: 'string', value: 'type', help: 'http, tcp, dns, tls, ping or push; several with commas' },
    label: { type: 'string', value: 'name=value', multiple: true, help: 'Has this label, or one of this name' },
    q: { type: 'string', value: 'text', help: 'Search in name, target and labels' },
    limit: { type: 'string', value: 'n', help: `Maximum number of monitors (default ${LIMIT_DEFAULT})` },
    format: { type: 'string', value: 'format', help: 'Of the file: tailrace (default), uptime-kuma or gatus' },
    remove: { type: 'boolean', help: 'Also remove monitors that are not in the file' },
    'dry-run': { type: 'boolean', help: 'Like plan' },
    yes: { type: 'boolean', help: 'Apply without asking' },
    reason: { type: 'string', value: 'text', help: 'Of check, pause and resume; recorded in the audit log' },
    json: JSON_OPTION,
    patience: PATIENCE_OPTION,
  },
  async run(context, { values, operands: [verb, operand] }) {
    if (verb === undefined) return listMonitors(context, values)
    if (verb === 'export' && operand === undefined) return exportMonitors(context, values.json === true)
    const act = VERBS[verb]
    if (!act) throw wrongUsage('Say what to do: monitors show, check, pause, resume, plan, apply or export.')
    if (operand === undefined)
      throw wrongUsage(`Say which: monitors ${verb} <name or id>, or <file> for plan and apply.`)
    return act(context, operand, values)
  },
})
