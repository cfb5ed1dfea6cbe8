/** The job kinds of this room, one line each. */
export { notify } from './notifications'
