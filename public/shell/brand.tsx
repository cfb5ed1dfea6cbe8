export const Brand = () => (
  <a class="brand" href="/" aria-label="Tailrace, overview">
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M2 7c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5M2 12c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5M2 17c4 0 4 3 8 3s4-3 8-3 4 1.5 4 1.5" />
    </svg>
    <span class="brand-name">Tailrace</span>
  </a>
)
