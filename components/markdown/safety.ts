import { defaultSchema } from 'rehype-sanitize'

const allowed = new Set(['http:', 'https:', 'mailto:'])

/**
 * The address of a link if it is one a reply may lead to, else nothing. The browser's own parser decides, after it has
 * decoded the address the way it will when the link is followed.
 */
export function safeAddress(address: string): string | undefined {
  try {
    return allowed.has(new URL(address).protocol) ? address : undefined
  } catch {
    // Relative addresses would lead into Rill itself; a model cannot mean that.
    return undefined
  }
}

/** As much of a markdown tree's node as this needs. */
export interface TreeNode {
  type: string
  value?: string
  children?: TreeNode[]
}

/** Raw HTML is shown as the text that it is. */
export function htmlAsText(): (tree: TreeNode) => void {
  return (tree) => {
    const paragraph = (node: TreeNode) => ({ type: 'paragraph', children: [{ ...node, type: 'text' }] })
    tree.children = tree.children?.map((node) => (node.type === 'html' ? paragraph(node) : inside(node)))
  }
}

function inside(node: TreeNode): TreeNode {
  if (node.type === 'html') return { ...node, type: 'text' }
  return node.children ? { ...node, children: node.children.map(inside) } : node
}

/**
 * A footnote's text stands in another block than its mark, and a mark without its text renders nothing at all.
 * Escaped, both are shown as they were written.
 */
export function escapeFootnotes(source: string): string {
  return source.includes('[^') ? source.replace(/^( {0,3})\[\^(?=[^\]\s]+\]:)/gm, '$1\\[^') : source
}

/** What may be in a rendered reply, whatever the plugins before made of it. */
export const schema: typeof defaultSchema = {
  ...defaultSchema,
  protocols: { href: ['http', 'https', 'mailto'], src: ['http', 'https'] },
  attributes: {
    ...defaultSchema.attributes,
    code: [['className', /^language-[\w+#.-]{1,30}$/]],
  },
}
