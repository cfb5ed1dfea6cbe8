/** A row of a field that takes several, such as a header with its value. `key` tells rows apart. */
export interface Row {
  key: number
  values: Readonly<Record<string, string>>
  /** Its value is a stored secret, which can be replaced but not read. */
  isStored?: boolean
}

let lastKey = 0

export const rowOf = (values: Row['values'], isStored = false): Row => {
  lastKey += 1
  return { key: lastKey, values, ...(isStored && { isStored }) }
}

/** Rows with the fields `name` and `value`. */
export const pairRows = (pairs: Readonly<Record<string, string>>): Row[] =>
  Object.entries(pairs).map(([name, value]) => rowOf({ name, value }))

/** The pairs in such rows; those without a name are left out. */
export const pairsIn = (rows: readonly Row[]): Record<string, string> =>
  Object.fromEntries(
    rows.flatMap(({ values: { name = '', value = '' } }) =>
      name.trim() === '' ? [] : [[name.trim(), value] as const],
    ),
  )
