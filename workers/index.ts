/** Every job handler of the program: one line each. */
export const handlers = [] as const
