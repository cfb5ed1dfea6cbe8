import { options, type VNode } from 'preact'
import { clean } from '../text/display'

/** Attributes that are read as text. Values of fields are not among them: what is edited must stay what it is. */
const READ = ['title', 'aria-label', 'alt', 'placeholder']

/**
 * Makes all text that pages show fit to be shown, in one place: names, messages and values come from others, and a component that shows
 * them cannot forget it. Every text and every element passes here before it is drawn.
 */
export function sanitizeText(): void {
  const before = options.vnode
  options.vnode = vnode => {
    if (typeof vnode.type !== 'function') cleanNode(vnode as VNode<unknown> & { props: unknown })
    before?.(vnode)
  }
}

function cleanNode(vnode: { type: unknown; props: unknown }) {
  if (typeof vnode.props === 'string') {
    vnode.props = clean(vnode.props, true)
    return
  }
  const props = vnode.props as Record<string, unknown> | null
  if (props) for (const name of READ) if (typeof props[name] === 'string') props[name] = clean(props[name], true)
}
