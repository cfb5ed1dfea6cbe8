import { handle } from '../src/jobs'
import { cleanup, type Retention } from '../src/retention'

export default handle(cleanup, (run, input, { retention }: { retention: Retention }) => retention.perform(run, input))
