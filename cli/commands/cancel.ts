import { defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { hasEnded } from '../output/job-lines'
import { REASON_OPTION, requireReason } from '../reason'

export const cancel = defineCommand({
  name: 'cancel',
  operands: '<id>',
  count: [1, 1],
  summary: 'Cancels a job and its descendants',
  options: { reason: REASON_OPTION, json: JSON_OPTION },
  async run({ api, terminal }, { values, operands: [id = ''] }) {
    const body = { reason: requireReason(values.reason) }
    const { job } = await api.post('/api/jobs/{id}/cancel', { id, body })
    if (values.json) terminal.json(job)
    else terminal.write(`${job.id} ${hasEnded(job.status) ? job.status : `${job.status}, cancel requested`}\n`)
    return EXIT.ok
  },
})
