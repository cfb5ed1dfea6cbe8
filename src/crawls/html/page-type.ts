/** Bodies of these types are read for links. */
const PAGE_TYPE = /^\s*(text\/html|application\/xhtml\+xml)\s*(;|$)/i

/** A response without a type may be anything; most often it is a page. */
export const isPage = (contentType: string | null): boolean => !contentType?.trim() || PAGE_TYPE.test(contentType)

/** What pages are asked for. Servers that choose by it choose HTML. */
export const ACCEPT_PAGES = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5'
