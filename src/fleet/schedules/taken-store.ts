/** PostgreSQL's unique_violation. */
const TAKEN = '23505'

/** @returns nothing when a row of that name is there */
export async function unlessTaken<T>(statement: Promise<T>): Promise<T | undefined> {
  try {
    return await statement
  } catch (error) {
    if ((error as { code?: unknown }).code === TAKEN) return undefined
    throw error
  }
}
