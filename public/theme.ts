import { effect, signal } from '@preact/signals'
import { storedTheme, THEME_KEY, THEMES, type Theme } from './stored-theme'

export const THEME_NAMES: Record<Theme, string> = { auto: 'System', light: 'Light', dark: 'Dark' }

export const theme = signal<Theme>(storedTheme())

/** Applies the theme to the document and stores it for the next visit. */
export function startTheme() {
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    localStorage.setItem(THEME_KEY, theme.value)
  })
}

/** Switches to the next theme, in a cycle. */
export function nextTheme() {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto'
}
