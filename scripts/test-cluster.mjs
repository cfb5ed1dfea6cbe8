import { join } from 'node:path'
import { run } from './command.mjs'
import { ROOT } from './root.mjs'

/** Everything at once in real processes, and what relies on Redis most. */
const SUITES = [
  'test/cluster/',
  // a client of a Cluster would connect past the relay that stands for a distance
  'test/system/(?!distant)',
  'test/streams/',
  'test/jobs/(?!timing/)',
  'test/workers/',
  'test/crawls/frontier/',
  'test/fleet/hosts-outage',
]

// As `npm test`, with a Redis Cluster of three masters and three replicas in place of each Redis.
const suites = process.argv.slice(2)
process.exitCode = await run(process.execPath, [join(ROOT, 'scripts/test.mjs'), ...(suites.length ? suites : SUITES)], {
  env: { ...process.env, TEST_REDIS: 'cluster' },
})
