/** A short message over the log. */
export interface Notice {
  text: string
  /** Confirmations fade; what went wrong stays until the next action. */
  isBrief?: boolean
  /** Tells equal messages apart, so that each is shown for its full time. */
  count: number
}

export const LogNotice = ({ notice: { text, isBrief, count } }: { notice: Notice }) => (
  <span class="log-notice" role="status">
    {text !== '' && (
      <span key={count} class={isBrief ? 'is-brief' : undefined}>
        {text}
      </span>
    )}
  </span>
)
