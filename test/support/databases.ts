/** The migrated template of all test databases. */
export const TEMPLATE = 'tailrace_template'

/** The same server and user with another database. */
export function databaseUrl(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}
