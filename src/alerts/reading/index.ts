export { describeAlerts, type ReadingDeps, readingRoutes } from './routes'
export { scanNewestFirst } from './scan'
export { type AlertView, isMuted, readView, type ViewDeps } from './view'
