import type { IconNode } from 'lucide'
import { createElement } from 'preact'

interface IconProps {
  /** One of lucide's icons. */
  of: IconNode
  size?: number
}

/** An icon beside a text that says the same, or inside a control with a label. */
export const Icon = ({ of: shapes, size = 16 }: IconProps) => (
  <svg
    class="lucide"
    viewBox="0 0 24 24"
    width={size}
    height={size}
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {shapes.map(([tag, attributes], index) => createElement(tag, { key: index, ...attributes }))}
  </svg>
)
