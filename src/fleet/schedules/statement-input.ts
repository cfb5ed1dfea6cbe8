import { plainText, reason } from '../../access'
import { z } from '../../base/parse'
import { freeText, platformList, sqlText } from './pack-input'

export const STATEMENT_BYTES_MAX = 512 * 1024

/** A statement with a name, as saved queries and labels are. */
export const statementInput = z.strictObject({
  name: plainText(200),
  description: freeText(10_000).default(''),
  sql: sqlText,
  platforms: platformList.default([]),
  reason: reason.optional(),
})

/** What is not named stays. */
export const statementChange = z.strictObject({
  name: plainText(200).optional(),
  description: freeText(10_000).optional(),
  sql: sqlText.optional(),
  platforms: platformList.optional(),
  reason: reason.optional(),
})
