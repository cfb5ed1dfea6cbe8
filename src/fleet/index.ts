export { createFleet, type Fleet, type FleetDeps } from './fleet'
export { type Queries, query, runQuery } from './queries'
