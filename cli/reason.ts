import { wrongUsage } from './exit'

export const REASON_OPTION = { type: 'string', value: 'text', help: 'Why; kept in the audit log. Needed' } as const

/** @throws Failure without one */
export function neededReason(reason: string | undefined): string {
  if (reason?.trim()) return reason
  throw wrongUsage('Say why with --reason "...": it is kept in the audit log.')
}
