interface TileProps {
  title: string
  value: string
  /** Below the value. */
  note?: string
  href: string
  tone?: 'good' | 'bad' | 'warn' | undefined
}

/** One figure that leads to its page. */
export const Tile = ({ title, value, note = '', href, tone }: TileProps) => (
  <a class={`tile${tone ? ` is-${tone}` : ''}`} href={href}>
    <span class="tile-title">{title}</span>
    <b class="tile-value">{value}</b>
    <span class="tile-note">{note}</span>
  </a>
)
