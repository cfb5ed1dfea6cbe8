/** The job kinds of this area, one line each. */
export { query } from './queries'
