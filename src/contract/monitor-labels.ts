import { z } from 'zod'
import { plainText } from './fields'

export const LABELS_MAX = 30
/** Names of labels that alerts of a monitor have from elsewhere. */
export const RESERVED_LABELS: readonly string[] = ['alertname', 'monitor', 'monitor_id', 'severity', 'within_days']
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
/** Labels that people give to a monitor. */
export const monitorLabels = z.record(z.string(), plainText(500)).superRefine((all, context) => {
  const names = Object.keys(all)
  if (names.length > LABELS_MAX) context.addIssue({ code: 'custom', message: `must not be more than ${LABELS_MAX}` })
  for (const name of names) {
    if (!LABEL_NAME.test(name))
      context.addIssue({ code: 'custom', path: [name], message: 'must be a label name: letters, digits and _' })
    if (RESERVED_LABELS.includes(name))
      context.addIssue({ code: 'custom', path: [name], message: 'is set by Tailrace itself' })
  }
})
