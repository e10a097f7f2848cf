/**
 * Approximates the rendered text of Markdown by removing its markup. For searching messages that aren't mounted, where
 * rendering each would cost too much.
 */
export function stripMarkdown(markdown: string): string {
  return markdown
    .replace(/^ {0,3}(?:`{3,}|~{3,}).*$/gm, '')
    .replace(/^ {0,3}(?:#{1,6} |> ?|[-*+] (?:\[[ xX]\] )?|\d{1,9}[.)] )+/gm, '')
    .replace(/^ {0,3}\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$/gm, '')
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/(\*\*|__|~~|`+)(?=\S)(.+?)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=\S)([^*\n]+)\*(?![\w*])/g, '$1')
    .replace(/(?<![\w_])_(?=\S)([^_\n]+)_(?![\w_])/g, '$1')
}
