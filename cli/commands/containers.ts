import { defineCommand, JSON_OPTION } from '../command'
import { LIMIT_DEFAULT, listContainers } from '../containers/list'

export const containers = defineCommand({
  name: 'containers',
  operands: '',
  count: [0, 0],
  summary: 'Lists the containers of all machines, with what they use',
  details: `  tailrace containers --agent build-01
  tailrace containers --status exited,restarting --label app=web`,
  options: {
    agent: { type: 'string', value: 'agent', help: 'Name or id of a machine' },
    status: { type: 'string', value: 'state', help: 'running, exited, restarting, ...; several with commas' },
    image: { type: 'string', value: 'image', help: 'Has this image' },
    label: { type: 'string', value: 'name=value', multiple: true, help: 'Has this label, or one of this name' },
    q: { type: 'string', value: 'text', help: 'Search in name and image' },
    limit: { type: 'string', value: 'n', help: `Maximum number of containers (default ${LIMIT_DEFAULT})` },
    json: JSON_OPTION,
  },
  run: (context, { values }) => listContainers(context, values),
})
