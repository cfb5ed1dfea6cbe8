import { performQuery, type Queries, query } from '../src/fleet'
import { handle, type Jobs } from '../src/jobs'

export default handle(query, (run, input, deps: { queries: Queries; jobs: Jobs }) => performQuery(run, input, deps))
