/** Whether a version is the other one or newer; parts that are no numbers count as 0. */
export function isSince(version: string, least: string): boolean {
  const [parts, wanted] = [version, least].map(text => text.split('.').map(part => Number.parseInt(part, 10) || 0))
  for (const [i, part] of (wanted ?? []).entries()) {
    const own = parts?.[i] ?? 0
    if (own !== part) return own > part
  }
  return true
}
