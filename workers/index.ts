import bulkAction from './bulk-action'
import cleanup from './cleanup'
import demo from './demo'
import healthCheck from './health-check'

/** Every job handler of the program: one line each. */
export const handlers = [bulkAction, cleanup, demo, healthCheck] as const
