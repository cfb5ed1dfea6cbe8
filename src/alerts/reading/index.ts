export { describeAlerts, type ReadingDeps } from './describe'
export { readingRoutes } from './routes'
export { scanNewestFirst } from './scan'
export { type AlertView, isMuted, readView, type ViewDeps } from './view'
