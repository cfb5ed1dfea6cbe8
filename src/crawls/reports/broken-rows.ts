/** Answers of other sites that only turn programs away: the page may be fine for a person. */
const TURNED_AWAY = '401, 403, 429, 999'
/** Reasons of failures of the network or of the protocol, as against decisions of ours. */
const NETWORK =
  '^(dns_|connection_|tls|timeout|unreachable|response_|body_|malformed|redirect_(loop|invalid)|too_many_redirects)'

/**
 * Whether a URL of the crawl is broken. One that the outbound guard has refused is not: that says nothing about it.
 * @param page alias of `crawl_pages`
 */
export const isBroken = (page: string) => `CASE WHEN ${page}.is_external
  THEN ${page}.status_code >= 400 AND ${page}.status_code NOT IN (${TURNED_AWAY})
    OR coalesce(${page}.status_code, 0) < 400 AND ${page}.outcome <> 'fetched' AND ${page}.reason ~ '${NETWORK}'
  ELSE ${page}.outcome = 'failed' AND ${page}.reason IS DISTINCT FROM 'blocked_address' END`

/**
 * Broken URLs `p`, whether or not a page links to them: the page itself, or what its redirects led to. `bad` is that.
 */
export const BROKEN_PAGES = `crawl_pages p
  LEFT JOIN crawl_pages target ON target.crawl_id = p.crawl_id AND target.key = p.final_key AND p.outcome <> 'fetched'
  CROSS JOIN LATERAL (
    SELECT p.status_code, p.reason, p.explanation WHERE ${isBroken('p')}
    UNION ALL SELECT target.status_code, target.reason, target.explanation WHERE ${isBroken('target')}
    LIMIT 1) AS bad`

/** Why there was no good answer; null if the status says it. */
export const BROKEN_ERROR = `CASE WHEN bad.status_code >= 400 THEN NULL ELSE coalesce(bad.explanation, bad.reason) END`
