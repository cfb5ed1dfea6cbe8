export { cleanup, retentionKinds } from './kind'
export { Retention, type RetentionDeps } from './retention'
export { retentionRoutes } from './routes'
