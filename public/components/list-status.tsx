import type { ComponentChildren } from 'preact'
import type { PagedList } from '../paged-list'
import { Empty, Failure } from './empty'
import { AutoLoadButton } from './in-view'

type List = Pick<PagedList<unknown>, 'items' | 'isLoading' | 'isEmpty' | 'hasMore' | 'problem' | 'retry' | 'loadMore'>

/** The state of a list: an error with a button to retry, a loading indicator, or that it is empty. */
export function ListStatus({ list, empty }: { list: List; empty: ComponentChildren }) {
  return (
    <>
      {list.problem.value !== '' && <Failure message={list.problem.value} onRetry={() => void list.retry()} />}
      {list.isLoading.value && <div class="is-loading" aria-busy="true" />}
      {list.isEmpty.value && (typeof empty === 'string' ? <Empty title={empty} /> : empty)}
    </>
  )
}

/** Loads the next page when the end of the list comes near the viewport, or when it is clicked. */
export function LoadMore({ list }: { list: List }) {
  if (!list.hasMore.value) return null
  return (
    <AutoLoadButton key={list.items.value?.length} onLoad={() => void list.loadMore()}>
      Load more
    </AutoLoadButton>
  )
}
