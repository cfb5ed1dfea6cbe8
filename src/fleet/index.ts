export { createFleet, type Fleet, type FleetDeps } from './fleet'
export { fleetKinds } from './kinds'
export { type Queries, query, runQuery } from './queries'
