/** Color is never the only sign. */
const MARKS: Record<string, string> = { critical: '‼', warning: '!', info: 'i' }

/** How bad an alert is, from its label `severity`, which may have any value. */
export function Severity({ of: severity }: { of: string }) {
  if (severity === '') return <span class="severity is-none">none</span>
  return (
    <span class={`severity is-${MARKS[severity] ? severity : 'other'}`}>
      <span class="severity-mark" aria-hidden="true">
        {MARKS[severity] ?? '·'}
      </span>
      <span class="severity-text">{severity}</span>
    </span>
  )
}

/** How many alerts there are of each severity. */
export const SeverityCounts = ({ counts }: { counts: ReadonlyArray<{ value: string; count: number }> }) => (
  <span class="severity-counts">
    {counts.map(({ value, count }) => (
      <span key={value} class="severity-count" title={`${count} ${value || 'without a severity'}`}>
        <Severity of={value} />
        <b>{count}</b>
      </span>
    ))}
  </span>
)
