/** The job kinds of this area, one line each. */
export { crawlKind } from './crawls/kind'
