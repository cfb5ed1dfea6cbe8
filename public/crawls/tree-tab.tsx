import { type Signal, useSignal } from '@preact/signals'
import type { CrawlTreeNode } from '../../src/contract/crawl-reports'
import type { Crawl } from '../../src/contract/crawls'
import { formatCount } from '../../text/numbers'
import { Failure } from '../components/empty'
import { toggled } from '../jobs/list-state'
import { navigate } from '../router'
import { usePagedList } from '../use-paged-list'
import { Fresh } from './fresh'
import { tabAddress } from './tabs'
import { moveInTree } from './tree-keys'

const PAGE_SIZE = 100
/** Deeper levels are not indented further. */
const INDENTED_MAX = 8
const INDENT_PX = 20

interface TreeState {
  crawl: Crawl
  opened: Signal<ReadonlySet<string>>
  /** The node that Tab leads to, by depth and URL, since a folder has the URL of its own page; `''` for the first one. */
  current: Signal<string>
}

/** The folders of the site. Each level is loaded when it is opened. */
export function TreeTab({ crawl }: { crawl: Crawl }) {
  const opened = useSignal<ReadonlySet<string>>(new Set())
  const current = useSignal('')
  const list = useLevel(crawl.id, '')
  const isEmpty = list.isEmpty.value
  return (
    <>
      <div class="row">
        <p class="hint">Arrow keys move and open; Enter lists the pages of a folder.</p>
        <span class="spacer" />
        <Fresh crawl={crawl} list={list} />
      </div>
      {list.problem.value !== '' && <Failure message={list.problem.value} onRetry={() => void list.retry()} />}
      {list.isLoading.value && <div class="is-loading" aria-busy="true" />}
      {isEmpty && <p class="empty">No pages yet</p>}
      {!isEmpty && list.items.value !== null && (
        <div class="site-tree" role="tree" aria-label="Site tree" onKeyDown={moveInTree}>
          <Nodes list={list} depth={0} crawl={crawl} opened={opened} current={current} />
        </div>
      )}
    </>
  )
}

const useLevel = (id: string, below: string) =>
  usePagedList('/api/crawls/{id}/tree', {
    params: { id, ...(below !== '' && { below }) },
    idOf: ({ url }) => url,
    pageSize: PAGE_SIZE,
  })

interface NodesProps extends TreeState {
  list: ReturnType<typeof useLevel>
  depth: number
}

function Nodes({ list, depth, ...state }: NodesProps) {
  const nodes = list.items.value ?? []
  return (
    <>
      {nodes.map((node, at) => (
        <Node key={node.url} node={node} depth={depth} isFirst={depth === 0 && at === 0} {...state} />
      ))}
      {list.hasMore.value && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all of its items
        <div
          role="treeitem"
          aria-level={depth + 1}
          class="tree-more"
          tabIndex={-1}
          onClick={() => void list.loadMore()}
        >
          Load more
        </div>
      )}
    </>
  )
}

interface NodeProps extends TreeState {
  node: CrawlTreeNode
  depth: number
  isFirst: boolean
}

function Node({ node, depth, isFirst, crawl, opened, current }: NodeProps) {
  const { name, url, has_children } = node
  const isOpen = has_children && opened.value.has(url)
  const place = `${depth} ${url}`
  const isTabStop = current.value === place || (current.value === '' && isFirst)
  const pagesAddress = tabAddress(crawl.id, 'pages', { prefix: url })
  const toggle = () => {
    if (has_children) opened.value = toggled(opened.peek(), url)
  }
  return (
    <>
      <div
        role="treeitem"
        class="tree-line site-line"
        style={{ paddingLeft: `${8 + Math.min(depth, INDENTED_MAX) * INDENT_PX}px` }}
        aria-level={depth + 1}
        aria-expanded={has_children ? isOpen : undefined}
        tabIndex={isTabStop ? 0 : -1}
        data-toggle={has_children ? '' : undefined}
        onFocus={() => (current.value = place)}
        onClick={toggle}
        onKeyDown={event => {
          if (event.key === 'Enter') navigate(pagesAddress)
        }}
      >
        <span class={`tree-fold${has_children ? '' : ' is-leaf'}${isOpen ? ' is-open' : ''}`} aria-hidden="true" />
        <span class="tree-name" title={url}>
          {name}
        </span>
        <Counts node={node} />
        <a class="tree-pages" tabIndex={-1} href={pagesAddress}>
          pages
        </a>
      </div>
      {isOpen && <Children url={url} depth={depth + 1} crawl={crawl} opened={opened} current={current} />}
    </>
  )
}

function Children({ url, depth, ...state }: TreeState & { url: string; depth: number }) {
  const list = useLevel(state.crawl.id, url)
  return (
    <>
      {list.problem.value !== '' && <Failure message={list.problem.value} onRetry={() => void list.retry()} />}
      {list.isLoading.value && <div class="tree-line" aria-busy="true" />}
      <Nodes list={list} depth={depth} {...state} />
    </>
  )
}

const Counts = ({ node: { fetched, failed, skipped } }: { node: CrawlTreeNode }) => (
  <span class="tree-counts">
    {skipped > 0 && <span class="hint">{formatCount(skipped)} skipped</span>}
    {failed > 0 && <span class="is-bad">{formatCount(failed)} failed</span>}
    <span class={fetched === 0 ? 'hint' : undefined}>{formatCount(fetched)} fetched</span>
  </span>
)
