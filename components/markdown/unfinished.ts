import type { TreeNode } from './safety'

/** A line that may still become something else: a list, an underline of a heading, a heading. */
const undecided = /(?:^|\n)[ \t]*(?:-+|=+|#{1,6}|\+|\*)[ \t]*$/
const openLink = /!?\[([^\][\n]*)(?:\]\([^)\n]*)?$/
const closingRun = /[*_~`]+$/

/**
 * The source of the block that is being written, without what cannot be read yet: half a link, half a mark, the first
 * row of a table before it is known to be one.
 */
export function withoutHalves(source: string, isTable: boolean): string {
  const text = source.trimEnd()
  if (!isTable && text.startsWith('|')) return ''
  return text.replace(undecided, '').replace(openLink, '$1').replace(closingRun, '')
}

const kinds: Record<string, string> = {
  '***': 'strong',
  '**': 'strong',
  __: 'strong',
  '*': 'emphasis',
  _: 'emphasis',
  '~~': 'delete',
  '`': 'inlineCode',
}
/** A mark that opens: at a word's beginning. The parser has taken all that were closed. */
const opening = /(^|[\s([{"'—–])(\*{1,3}|__|_|~~|`)(?=[^\s*_~`])/

/** Closes what is open at the end of the tree, so that no raw marks are shown while the rest is on its way. */
export function closeOpenMarks(): (tree: TreeNode) => void {
  return (tree) => {
    let node = tree
    for (let last = node.children?.at(-1); last?.children; last = node.children?.at(-1)) node = last
    close(node)
  }
}

function close(node: TreeNode): void {
  const children = node.children ?? []
  for (const [index, child] of children.entries()) {
    const found = child.type === 'text' ? opening.exec(child.value ?? '') : null
    if (!found) continue
    const [whole, before = '', mark = ''] = found
    const at = found.index + before.length
    const rest: TreeNode = { type: 'text', value: child.value?.slice(found.index + whole.length) }
    const inner = wrap(mark, [rest, ...children.slice(index + 1)])
    if (!inner) continue
    node.children = [...children.slice(0, index), { type: 'text', value: child.value?.slice(0, at) }, inner]
    close(inner)
    return
  }
}

function wrap(mark: string, children: TreeNode[]): TreeNode | null {
  const type = kinds[mark]
  if (type !== 'inlineCode') return type ? { type, children } : null
  // Code holds no other marks: what the parser made of them is not there as text any more.
  return children.length === 1 ? { type, value: children[0]?.value } : null
}
