import { plainText, reason, visibleText } from '../access'
import { z } from '../base/parse'

/** SQL as agents take it: they drop an empty query together with all that come after it in the same answer. */
export const sqlText = plainText(100_000).refine(sql => sql.trim() !== '', 'must hold a statement')

export const platformList = z
  .array(plainText(50).transform(name => name.trim().toLowerCase()))
  .max(20)
  .transform(names => [...new Set(names)])

/** May be empty. */
export const freeText = (most: number) => z.union([z.literal(''), plainText(most)])

export const STATEMENT_BYTES_MAX = 512 * 1024

/** A statement with a name, as saved queries and labels are. */
export const statementInput = z.strictObject({
  name: visibleText(200),
  description: freeText(10_000).default(''),
  sql: sqlText,
  platforms: platformList.default([]),
  reason: reason.optional(),
})

/** What is not named stays. */
export const statementChange = z.strictObject({
  name: visibleText(200).optional(),
  description: freeText(10_000).optional(),
  sql: sqlText.optional(),
  platforms: platformList.optional(),
  reason: reason.optional(),
})
