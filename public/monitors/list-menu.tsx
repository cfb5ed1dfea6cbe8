import { Ellipsis } from 'lucide'
import { Icon } from '../components/icon'
import { isOperator } from '../session'
import { useMenu } from '../use-menu'

const FORMATS = ['json', 'yaml'] as const

/** What is done to the list as a whole: import and export. */
export function ListMenu({ onImport }: { onImport(): void }) {
  const menu = useMenu()
  return (
    <details class="menu" ref={menu}>
      <summary class="button icon" aria-label="Import and export">
        <Icon of={Ellipsis} />
      </summary>
      <div class="menu-items">
        {isOperator.value && (
          <button type="button" data-closes-menu onClick={onImport}>
            Import
          </button>
        )}
        {FORMATS.map(format => (
          <a
            key={format}
            class="button"
            data-closes-menu
            href={`/api/monitors/export?format=${format}`}
            download={`monitors.${format}`}
          >
            Export as {format.toUpperCase()}
          </a>
        ))}
      </div>
    </details>
  )
}
