const STATUSES = new Set([301, 302, 303, 307, 308])

/** Whether a response with this status sends its reader to another address (RFC 9110, section 15.4). */
export const isRedirect = (status: number): boolean => STATUSES.has(status)
