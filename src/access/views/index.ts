export { savedViewRoutes } from './routes'
export { removePrivateViews } from './store'
