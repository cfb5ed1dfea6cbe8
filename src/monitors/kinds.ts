/** The job kinds of this area, one line each. */
export { healthCheck } from './jobs'
