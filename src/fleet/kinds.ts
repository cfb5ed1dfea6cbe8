import { query } from './queries'

/** The job kinds of this area. */
export const fleetKinds = [query]
