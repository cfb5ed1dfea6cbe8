/** What a check found; with `missing` or `faults` other than 0 it has failed. */
export interface Finding {
  missing: number
  faults: number
}

/** Something that must hold on any machine. */
export type Check = () => Promise<Finding & Record<string, unknown>>
