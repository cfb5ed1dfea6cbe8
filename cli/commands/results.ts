import { defineCommand, JSON_OPTION } from '../command'
import { FORMAT_OPTION, formatOf } from '../fleet/format'
import { watchQuery } from '../fleet/watch'
import { PATIENCE_OPTION, patienceOf } from '../patience'

export const results = defineCommand({
  name: 'results',
  operands: '<query-id>',
  count: [1, 1],
  summary: 'Shows the answers to a query and follows it until it ends',
  options: {
    format: FORMAT_OPTION,
    json: { ...JSON_OPTION, help: 'Query, rows and hosts as events, one JSON object per line, for programs' },
    patience: PATIENCE_OPTION,
  },
  async run(context, { values, operands: [id = ''] }) {
    const view = { format: formatOf(values.format, values.json), patienceMs: patienceOf(values.patience) }
    const query = await context.api.get('/api/queries/{id}', { id })
    return watchQuery(context, query, view)
  },
})
