import { type Queries, query, runQuery } from '../src/fleet'
import { handle, type Jobs } from '../src/jobs'

export default handle(query, (run, input, deps: { queries: Queries; jobs: Jobs }) => runQuery(run, input, deps))
