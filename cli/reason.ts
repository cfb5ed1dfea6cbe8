import { wrongUsage } from './exit'

export const REASON_OPTION = {
  type: 'string',
  value: 'text',
  help: 'Why (required); recorded in the audit log',
} as const

/** @throws Failure if there is none */
export function requireReason(reason: string | undefined): string {
  if (reason?.trim()) return reason
  throw wrongUsage('A reason is required, for the audit log: --reason "..."')
}
