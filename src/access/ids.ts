import { z } from '../base/parse'

/** A row of a statement that returns ids only. */
export const idRow = z.object({ id: z.string() })

export const idsOf = (found: { id: string }[]) => found.map(({ id }) => id)
