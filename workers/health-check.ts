import type { Outbound } from '../src/base/outbound'
import { handle } from '../src/jobs'
import { checkHttp, healthCheck } from '../src/monitors'

export default handle(healthCheck, (run, input, { outbound }: { outbound: Outbound }) =>
  checkHttp(input, {
    signal: run.signal,
    outbound,
    trace: {
      step: (name, work) => run.step(name, work),
      log: (level, message, data) => run.log[level](message, { data }),
    },
  }),
)
