import { storedTheme, THEME_KEY } from '../stored-theme'

/** Global of redoc.standalone.js, which the page loads first. */
declare const Redoc: {
  init(document: string, options: object, element: HTMLElement, done: (error?: unknown) => void): void
}

const SANS = 'ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif'
const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace'

const LIGHT = { colors: { primary: { main: '#4353d3' } }, typography: { code: {} } }
/** Redoc computes with its colors, so they cannot be custom properties. */
const DARK = {
  colors: {
    primary: { main: '#93a4ff' },
    success: { main: '#4ecb83' },
    error: { main: '#ff7a73' },
    gray: { 50: '#1a2226', 100: '#252e32' },
    text: { primary: '#dfe7e6', secondary: '#93a29f' },
    border: { dark: '#3a464b', light: '#252e32' },
    responses: {
      success: { color: '#4ecb83', backgroundColor: '#12261b' },
      error: { color: '#ff7a73', backgroundColor: '#331819' },
      redirect: { color: '#d9a94a', backgroundColor: '#2c2311' },
      info: { color: '#6cb0ff', backgroundColor: '#12233a' },
    },
  },
  schema: {
    linesColor: '#3a464b',
    typeNameColor: '#93a29f',
    typeTitleColor: '#93a29f',
    requireLabelColor: '#ff7a73',
    nestedBackground: '#151b1e',
    arrow: { color: '#93a29f' },
  },
  typography: { code: { color: '#ff7a73', backgroundColor: '#1a2226' } },
  sidebar: { backgroundColor: '#151b1e', textColor: '#dfe7e6', activeTextColor: '#93a4ff' },
  rightPanel: { backgroundColor: '#0a0d0f', textColor: '#dfe7e6' },
  codeBlock: { backgroundColor: '#151b1e' },
}

const dark = matchMedia('(prefers-color-scheme: dark)')
const theme = storedTheme()
const isDark = theme === 'dark' || (theme === 'auto' && dark.matches)
document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
const { typography, ...colors } = isDark ? DARK : LIGHT
/** https://github.com/Redocly/redoc/blob/v2.5.0/docs/config.md */
const OPTIONS = {
  nativeScrollbars: true,
  requiredPropsFirst: true,
  jsonSamplesExpandLevel: 3,
  theme: {
    ...colors,
    typography: { fontFamily: SANS, headings: { fontFamily: SANS }, code: { ...typography.code, fontFamily: MONO } },
  },
}

const element = document.getElementById('docs')
if (element) {
  Redoc.init('/api/openapi.json', OPTIONS, element, error => {
    if (error) element.textContent = `The documentation cannot be shown: ${String(error)}`
  })
}

// Redoc takes its theme only once; the address keeps the place.
dark.addEventListener('change', () => theme === 'auto' && location.reload())
addEventListener('storage', ({ key }) => key === THEME_KEY && location.reload())
