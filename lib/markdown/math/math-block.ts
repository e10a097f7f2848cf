import { isBracketFormula, isDisplayFormula, mayContinueFormula } from './formula-classifier'

const fences = [
  { start: '$$', end: '$$' },
  { start: '\\[', end: '\\]' },
]

/** The fence of a displayed formula that starts with `rest`: `$$` or `\[`, with its other half at the end of a line. */
export function mathStart(rest: string): { start: string; end: string } | null {
  const fence = fences.find(({ start }) => rest.startsWith(start))
  if (!fence) return null
  const body = rest.slice(2).trim()
  if (body === '') return fence
  const at = body.indexOf(fence.end)
  if (at < 0) return /[\\^_=]/.test(body) && mayContinueFormula(body) ? fence : null
  if (at === 0 || !endsMath(body, fence.end) || at !== body.lastIndexOf(fence.end)) return null
  const isOne = fence.start === '$$' ? isDisplayFormula : isBracketFormula
  return isOne(rest.slice(2, rest.indexOf(fence.end, 2))) ? fence : null
}

/** Whether a line ends a formula; the punctuation of the sentence around it may follow. */
export function endsMath(line: string, end: string): boolean {
  const trimmed = line.trimEnd()
  return trimmed.endsWith(end) || (/[.,;]$/.test(trimmed) && trimmed.slice(0, -1).trimEnd().endsWith(end))
}

/** The paragraphs of a text, with the index of their first lines. */
export function paragraphsIn(lines: string[]): { from: number; lines: string[] }[] {
  const paragraphs: { from: number; lines: string[] }[] = []
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    if (index > 0 && lines[index - 1] !== '') paragraphs.at(-1)?.lines.push(line)
    else paragraphs.push({ from: index, lines: [line] })
  }
  return paragraphs
}

/** The TeX source in the lines of a displayed formula. */
export function texOf(lines: string[], { start, end }: { start: string; end: string }): string {
  const text = lines.join('\n').trim().slice(start.length)
  const at = text.lastIndexOf(end)
  return (at < 0 ? text : text.slice(0, at) + text.slice(at + end.length)).trim()
}
