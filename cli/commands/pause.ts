import { clean } from '../../text/display'
import { type Command, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { REASON_OPTION, requireReason } from '../reason'

const control = (verb: 'pause' | 'resume', summary: string): Command =>
  defineCommand({
    name: verb,
    operands: '<queue>',
    count: [1, 1],
    summary,
    options: { reason: REASON_OPTION, json: JSON_OPTION },
    async run({ api, terminal }, { values, operands: [name = ''] }) {
      const body = { reason: requireReason(values.reason) }
      const { queue } = await api.post(`/api/queues/{name}/${verb}`, { name, body })
      if (values.json) terminal.json(queue)
      else terminal.write(`${clean(queue.name)} ${queue.paused ? 'paused' : 'open'}\n`)
      return EXIT.ok
    },
  })

export const pause = control('pause', 'Pauses a queue: no jobs are started until it is resumed')
export const resume = control('resume', 'Resumes a paused queue')
