/** The migrated database that every test database is a copy of. */
export const TEMPLATE = 'tailrace_template'

/** The same server and user, another database. */
export function databaseUrl(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}
