/** The job kinds that belong to no area, one line each. */
export { bulkAction } from './bulk-action'
export { demo } from './demo'
