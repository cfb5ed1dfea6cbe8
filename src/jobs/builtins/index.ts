import { bulkAction } from './bulk-action'
import { demo } from './demo'

/** The job kinds that belong to no area. */
export const builtinKinds = [bulkAction, demo]
