/** The job kinds of this area, one line each. */
export { cleanup } from './kind'
