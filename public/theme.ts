import { effect, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

const KEY = 'tailrace.theme'
export const THEMES: Theme[] = ['auto', 'light', 'dark']
export const THEME_NAMES: Record<Theme, string> = { auto: 'System', light: 'Light', dark: 'Dark' }

const stored = () => {
  const value = localStorage.getItem(KEY)
  return THEMES.find(theme => theme === value) ?? 'auto'
}

export const theme = signal<Theme>(stored())

/** Applies the theme to the document and stores it for the next visit. */
export function startTheme() {
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    localStorage.setItem(KEY, theme.value)
  })
}

/** Switches to the next theme, in a cycle. */
export function nextTheme() {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto'
}
