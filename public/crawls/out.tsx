/** An address elsewhere: a link if it is one of the web, which a page may claim of anything. */
export const Out = ({ url }: { url: string }) =>
  /^https?:\/\//i.test(url) ? (
    <a class="crawl-out" href={url} target="_blank" rel="noreferrer noopener">
      {url}
    </a>
  ) : (
    <code>{url}</code>
  )
