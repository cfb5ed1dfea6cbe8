/*
 * PostgreSQL arrays for columns of large statements. The driver's own cost several times more: it quotes numbers and
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

/** Of PostgreSQL's `text`, and the sizes of a binary array: its header, and the length before each element. */
const TEXT_OID = 25
const HEADER_BYTES = 20
const LENGTH_BYTES = 4
const NULL_LENGTH = -1
const UTF8_BYTES_MAX = 3

/**
 * Texts as a parameter of type `text[]` in PostgreSQL's binary format (`array_recv`), which neither side has to quote. For
 * large columns of short texts; they must not contain NUL.
 */
export function binaryTexts(texts: readonly (string | null)[]): Buffer {
  let size = HEADER_BYTES
  for (const text of texts) size += LENGTH_BYTES + (text?.length ?? 0) * UTF8_BYTES_MAX
  const bytes = Buffer.allocUnsafe(size)
  // dimensions, whether it may contain NULL, element type, length and first index of the dimension
  for (const [i, field] of [1, 1, TEXT_OID, texts.length, 1].entries()) bytes.writeInt32BE(field, i * LENGTH_BYTES)
  let at = HEADER_BYTES
  for (const text of texts) {
    const length = text === null ? NULL_LENGTH : bytes.write(text, at + LENGTH_BYTES)
    bytes.writeInt32BE(length, at)
    at += LENGTH_BYTES + Math.max(length, 0)
  }
  return bytes.subarray(0, at)
}
