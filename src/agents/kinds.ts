/** The job kinds of this area, one line each. */
export { containerActionKind } from './commands/kind'
