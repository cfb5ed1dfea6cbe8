import healthCheck from './health-check'

/** Every job handler of the program: one line each. */
export const handlers = [healthCheck] as const
