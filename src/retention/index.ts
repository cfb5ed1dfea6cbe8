export * from './kinds'
export * as retentionKinds from './kinds'
export { Retention, type RetentionDeps } from './retention'
export { retentionRoutes } from './routes'
