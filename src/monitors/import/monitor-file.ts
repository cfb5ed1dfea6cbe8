/** A monitor that a file describes, as it would be given to the API. Nothing has been checked. */
export interface FileMonitor {
  /** Its place in the file: `monitors.3`. */
  path: string
  fields: Record<string, unknown>
  /** Secrets that were left out of the file: `bearer`. */
  secretNames: readonly string[]
  /** What of it is not carried over. */
  notes: string[]
}

export interface MonitorFile {
  monitors: FileMonitor[]
  /** Parts that are no monitors, or cannot become one, with the reason. */
  leftOut: string[]
}

/** For values of files, which can be anything. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
