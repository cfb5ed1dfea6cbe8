/** What was entered for a value: `1`, `true` and `null` are what they are in JSON, as is text in quotes. */
export function jsonValue(text: string): string | number | boolean | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? text : (value as string | number | boolean | null)
  } catch {
    return text
  }
}
