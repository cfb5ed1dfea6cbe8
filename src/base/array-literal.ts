/*
 * PostgreSQL array literals for columns of large statements. The driver's own cost several times more: it quotes numbers and
 * scans each text twice.
 */

/** Of values without a character that has a meaning in array literals: numbers, booleans, times. */
export const plainArray = (values: readonly (number | boolean | string | null)[]) =>
  `{${values.map(value => value ?? 'NULL').join()}}`

/**
 * Of texts without control characters and lone surrogates, such as encoded JSON: quotes and backslashes, all that is left to
 * escape, have the same escapes in JSON.
 */
export const encodedArray = (values: readonly (string | null)[]) => `{${JSON.stringify(values).slice(1, -1)}}`
