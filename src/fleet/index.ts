export { createFleet, type Fleet, type FleetDeps } from './fleet'
export { performQuery, type Queries, query } from './queries'
