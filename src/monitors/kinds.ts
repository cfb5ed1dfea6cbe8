/** The job kinds of this area, one line each. */
export { healthCheck } from './jobs'
export { monitorCheck } from './schedule/check-job'
