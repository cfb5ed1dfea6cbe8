import { createContext, Script } from 'node:vm'
import { codeOf } from '../../../../base/failure'

export class LateError extends Error {
  override name = 'LateError'
}

/** Its only use is that it can be stopped: what runs is our own code, in its own context. */
const call = new Script('work()')
const context: { work?: () => void } = {}
createContext(context)

/**
 * Runs synchronous work, and breaks it off when it takes too long.
 * @param ms without it, there is no limit
 * @throws LateError
 */
export function limitedTime<T>(work: () => T, ms: number | undefined): T {
  if (ms === undefined) return work()
  let result: { value: T } | undefined
  context.work = () => {
    result = { value: work() }
  }
  try {
    call.runInContext(context, { timeout: ms })
  } catch (error) {
    throw codeOf(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new LateError(`Took more than ${ms} ms`) : error
  } finally {
    context.work = undefined
  }
  if (!result) throw new LateError(`Took more than ${ms} ms`)
  return result.value
}
