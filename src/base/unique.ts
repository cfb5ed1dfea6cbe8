/** PostgreSQL's unique_violation. */
const UNIQUE_VIOLATION = '23505'

/** @returns undefined if another row has the name */
export async function unlessTaken<T>(statement: Promise<T>): Promise<T | undefined> {
  try {
    return await statement
  } catch (error) {
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return undefined
    throw error
  }
}
