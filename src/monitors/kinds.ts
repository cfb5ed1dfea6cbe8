import { healthCheck } from './jobs'

/** The job kinds of this area. */
export const monitorKinds = [healthCheck]
