export type Theme = 'auto' | 'light' | 'dark'

export const THEME_KEY = 'tailrace.theme'
export const THEMES: Theme[] = ['auto', 'light', 'dark']

/** The theme chosen in this browser; `auto` follows the system. */
export function storedTheme(): Theme {
  const value = localStorage.getItem(THEME_KEY)
  return THEMES.find(theme => theme === value) ?? 'auto'
}
