import { counted } from './numbers'

/** What a job is about, in a few words: its address, name or first input value. */
export function subjectOf({ input, kind }: { input: unknown; kind: string }): string {
  if (input === null || typeof input !== 'object') return ''
  const fields = input as Record<string, unknown>
  if (kind === 'demo' && Array.isArray(fields.steps)) return demoSubject(fields.steps)
  for (const name of ['url', 'name', 'target', 'sql', 'seeds', 'id']) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
    if (Array.isArray(value) && typeof value[0] === 'string') return value[0]
  }
  return (Object.values(fields).find(value => typeof value === 'string') as string | undefined) ?? ''
}

function demoSubject(steps: Array<{ name?: string; workers?: number; lines?: number }>) {
  const lines = steps.reduce((sum, step) => sum + (step.workers ?? 1) * (step.lines ?? 0), 0)
  return `${steps.map(step => step.name).join(', ')} · ${counted(lines, 'line')}`
}
