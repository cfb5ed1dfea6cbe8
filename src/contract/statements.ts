import { z } from 'zod'
import { plainText, reason, visibleText } from './fields'

/** SQL for agents. They drop an empty query together with all queries after it in the same reply. */
export const sqlText = plainText(100_000).refine(sql => sql.trim() !== '', 'must contain a statement')

export const platformList = z
  .array(plainText(50).transform(name => name.trim().toLowerCase()))
  .max(20)
  .transform(names => [...new Set(names)])

/** May be empty. */
export const freeText = (max: number) => z.union([z.literal(''), plainText(max)])

export const STATEMENT_BYTES_MAX = 512 * 1024

/** A named statement, such as a saved query or a label. */
export const statementInput = z.strictObject({
  name: visibleText(200),
  description: freeText(10_000).default(''),
  sql: sqlText,
  platforms: platformList.default([]),
  reason: reason.optional(),
})

/** Omitted fields stay unchanged. */
export const statementChange = z.strictObject({
  name: visibleText(200).optional(),
  description: freeText(10_000).optional(),
  sql: sqlText.optional(),
  platforms: platformList.optional(),
  reason: reason.optional(),
})
