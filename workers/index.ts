import demo from './demo'

/** Every job handler of the program: one line each. */
export const handlers = [demo] as const
