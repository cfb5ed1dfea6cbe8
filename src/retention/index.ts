export { cleanup } from './kind'
export { Retention, type RetentionDeps } from './retention'
export { retentionRoutes } from './routes'
