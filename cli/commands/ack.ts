import { clean } from '../../text/display'
import { incidentIdOf } from '../alerts/incident'
import { defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'

export const ack = defineCommand({
  name: 'ack',
  operands: '<number or id>',
  count: [1, 1],
  summary: 'Acknowledges an incident: somebody takes care of it, and it is not repeated',
  details: '  tailrace ack 12 --reason "looking at the disk"',
  options: {
    reason: { type: 'string', value: 'text', help: 'For the timeline and the audit log' },
    resolve: { type: 'boolean', help: 'Resolves it instead' },
    json: JSON_OPTION,
  },
  async run({ api, terminal }, { values, operands: [text = ''] }) {
    const id = await incidentIdOf(api, text)
    const body = values.reason?.trim() ? { reason: values.reason } : {}
    const action = values.resolve ? 'resolve' : 'acknowledge'
    const incident = await api.post(`/api/incidents/{id}/${action}`, { id, body })
    if (values.json) terminal.json(incident)
    else terminal.write(`#${incident.number} ${clean(incident.title)}: ${incident.status}\n`)
    return EXIT.ok
  },
})
