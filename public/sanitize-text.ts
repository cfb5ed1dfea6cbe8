import { options, type VNode } from 'preact'
import { clean } from '../text/display'

/** Attributes that are shown or read out. Field values are left alone: edited text must not change. */
const TEXT_ATTRIBUTES = ['title', 'aria-label', 'alt', 'placeholder']

/**
 * Cleans all text that pages show. Names, messages and values are untrusted; a hook that sees every text node and
 * element before it is rendered does not depend on each component to remember this.
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
  if (props)
    for (const name of TEXT_ATTRIBUTES) if (typeof props[name] === 'string') props[name] = clean(props[name], true)
}
