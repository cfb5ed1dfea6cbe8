/** The result of a check, which has failed if `missing` or `faults` is not 0. */
export interface Finding {
  missing: number
  faults: number
}

/** A check that must pass on any machine. */
export type Check = () => Promise<Finding & Record<string, unknown>>
