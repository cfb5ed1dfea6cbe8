export { type AlertmanagerDeps, type AlertmanagerMount, alertmanagerMounts } from './routes'
