import '../css/monitors.page.css'
import '../css/crawls.page.css'
import { Failure } from '../components/empty'
import { CrawlForm } from '../crawls/crawl-form'
import { search } from '../router'
import { useFetch } from '../use-fetch'

/** Starts a crawl; with `?from=` the id of an earlier one, with its settings. */
export default function NewCrawlPage() {
  const from = new URLSearchParams(search.value).get('from') ?? ''
  return (
    <div class="page new-crawl-page">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/crawls">Crawls</a>
          </p>
          <h1>New crawl</h1>
        </div>
      </header>
      {from === '' ? <CrawlForm from={null} /> : <FormFrom key={from} id={from} />}
    </div>
  )
}

function FormFrom({ id }: { id: string }) {
  const { value, problem, isMissing, read } = useFetch('/api/crawls/{id}', { id })
  if (value.value) return <CrawlForm from={value.value} />
  if (isMissing.value) {
    return (
      <>
        <p class="notice">The earlier crawl was deleted. These are the defaults.</p>
        <CrawlForm from={null} />
      </>
    )
  }
  return (
    <div class="is-loading" aria-busy={problem.value === ''}>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
    </div>
  )
}
