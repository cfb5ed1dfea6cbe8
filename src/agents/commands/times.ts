/** A command that has not begun by then is not begun any more. */
export const EXPIRES_MS = 60_000
/** Time that an action may take, besides the time that a container has to stop. */
export const DEADLINE_MS = 30_000
/** Time for the result to arrive, after the last moment at which it can be there. */
export const RESULT_MS = 15_000
