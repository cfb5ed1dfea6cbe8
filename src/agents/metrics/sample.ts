/** The gauges of a host (`container` null) or of a container, at one time. */
export interface Sample {
  tenantId: string
  agentId: string
  /** Id of the container's row. */
  container: string | null
  at: Date
  /** By name of the gauge; null: not known. */
  values: Readonly<Record<string, number | null>>
}

/** What samples are of: the id of a container or, for a host, of its agent. */
export const subjectOf = ({ container, agentId }: Sample) => container ?? agentId
