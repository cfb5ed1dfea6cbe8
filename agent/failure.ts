/** By its fields, not its class: an error of Node may come from another realm. */
const fieldOf = (error: unknown, name: 'code' | 'message') =>
  typeof error === 'object' && error !== null && name in error ? (error as Record<string, unknown>)[name] : undefined

/** What the system says, such as ENOENT; empty for other errors. */
export const codeOf = (error: unknown): string => String(fieldOf(error, 'code') ?? '')

export const messageOf = (error: unknown): string => String(fieldOf(error, 'message') || codeOf(error) || error)
