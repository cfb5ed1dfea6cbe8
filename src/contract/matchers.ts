import { z } from 'zod'
import { plainText } from './fields'
import { MATCHER_OPS } from './values'

/** Names to values. A label without a value is the same as no label. */
export const labelSet = z.record(z.string(), z.string())
export type Labels = Readonly<Record<string, string>>

/** One condition on a label. A missing label equals the empty value. Regular expressions must match the whole value. */
export const matcher = z.strictObject({
  name: plainText(1_024),
  op: z.enum(MATCHER_OPS),
  value: z.string().max(4_096),
})
export type Matcher = z.output<typeof matcher>

/** All of them must hold. */
export const matchers = z.array(matcher).max(50)
