export { createFleet, type Fleet, type FleetDeps } from './fleet'
export * from './kinds'
export * as fleetKinds from './kinds'
export { type Queries, runQuery } from './queries'
