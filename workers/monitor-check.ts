import { handle } from '../src/jobs'
import { type CheckNowDeps, checkNow, monitorCheck } from '../src/monitors'

export default handle(monitorCheck, (run, input, { monitors }: { monitors: CheckNowDeps }) =>
  checkNow(run, input, monitors),
)
