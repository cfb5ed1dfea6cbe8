/** Lists that the browser and the command line need as values; schemas would bring zod along. */

/** What somebody may do; each role may do all that those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
