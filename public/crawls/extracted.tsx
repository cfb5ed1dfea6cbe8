import type { PageDetail } from '../../src/contract/crawl-pages'

/** Values that were taken from a page. */
export const Extracted = ({ values }: { values: PageDetail['extracted'] }) => (
  <dl class="facts">
    {Object.entries(values).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>
          {value === null ? (
            <span class="hint">not found</span>
          ) : (
            [value].flat().map((each, at) => <p key={at}>{each}</p>)
          )}
        </dd>
      </div>
    ))}
  </dl>
)
