import bulkAction from './bulk-action'
import cleanup from './cleanup'
import demo from './demo'
import healthCheck from './health-check'
import query from './query'

/** Every job handler of the program: one line each. */
export const handlers = [bulkAction, cleanup, demo, healthCheck, query] as const
