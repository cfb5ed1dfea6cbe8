export interface ScenarioOptions {
  /** A folder for CPU profiles of the program under test. */
  profileTo: string | undefined
}

/** A benchmark; its figures become one line of JSON. */
export type Scenario = (options: ScenarioOptions) => Promise<Record<string, unknown>>
