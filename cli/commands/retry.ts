import { defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'

export const retry = defineCommand({
  name: 'retry',
  operands: '<id>',
  count: [1, 1],
  summary: 'Runs a failed or cancelled job again',
  options: {
    reason: { type: 'string', value: 'text', help: 'Why; recorded in the audit log' },
    json: JSON_OPTION,
  },
  async run({ api, terminal }, { values, operands: [id = ''] }) {
    const { job } = await api.post('/api/jobs/{id}/retry', {
      id,
      body: values.reason === undefined ? {} : { reason: values.reason },
    })
    if (values.json) terminal.json(job)
    else terminal.write(`${job.id} ${job.status}\n`)
    return EXIT.ok
  },
})
