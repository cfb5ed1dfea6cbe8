/** Global of redoc.standalone.js, which the page loads first. */
declare const Redoc: {
  init(document: string, options: object, element: HTMLElement, done: (error?: unknown) => void): void
}

const SANS = 'ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif'
const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace'
/** https://github.com/Redocly/redoc/blob/v2.5.0/docs/config.md */
const OPTIONS = {
  nativeScrollbars: true,
  requiredPropsFirst: true,
  jsonSamplesExpandLevel: 3,
  theme: {
    colors: { primary: { main: '#0f766e' } },
    typography: { fontFamily: SANS, headings: { fontFamily: SANS }, code: { fontFamily: MONO } },
  },
}

const element = document.getElementById('docs')
if (element) {
  Redoc.init('/api/openapi.json', OPTIONS, element, error => {
    if (error) element.textContent = `The documentation cannot be shown: ${String(error)}`
  })
}
