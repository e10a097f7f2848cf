import { type Signs, signsIn, withoutWords } from './formula-signs'

/** What a formula has none of: quotes, code, addresses, emphasis, other money. */
const foreign = /[`"“”#@?€£¥₹₩\p{Emoji_Presentation}]|\*\*|~~|__|:\/\/|\]\(|<\/|[，。、；：？！（）「」『』《》【】]/u
/** In a formula these two are no prose: an escaped number sign, and a question mark for an unknown result. */
const meantSign = /\\#|(?<=[=≈<>≤≥]\s*)\?$/g
/** No formula begins so. */
const elsewhere = /^(?:[/*:,;)\]}!']|\.(?!\d)|\|\^)/
const sign = /^[-+=<>≤≥≠≈±×÷·*∘∈]{1,2}$/
/** What stands between marks of a price class: `$$ to $$$`. */
const between = /^\s+(?:to|or|and|vs|bis|und|oder|et|ou)\s+$/
const grouped = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?`
/** An amount by its unit, or from one amount to another. */
const money = new RegExp(
  String.raw`^\d[\d.,]*\s*/\s*[a-z]{2,}$|^${grouped}\s*[-–]|[-–]\s*${grouped}$|^\d+\.\d\d\s*[-–]\s*\d+\.\d\d$`,
  'i',
)
/** Words or numbers in square brackets, as they stand in any text. */
const bracketed = /^(?:[\p{L}\p{M}\d\s.,:'’–-]*)$/u

const verdicts = new Map<string, boolean>()
const mostVerdicts = 500

/** Whether what stands between two dollar signs is a formula: money is a number, perhaps with a unit; prose is words. */
export function isFormula(content: string): boolean {
  // The end of a text that grows is read again and again.
  const known = verdicts.get(content)
  if (known !== undefined) return known
  if (verdicts.size >= mostVerdicts) verdicts.clear()
  const verdict = judge(content)
  verdicts.set(content, verdict)
  return verdict
}

function judge(content: string): boolean {
  const text = plainOf(content)
  if (text === '' || isElse(text)) return false
  const isPadded = content.length !== content.trim().length
  if (isPadded && !(/^\s/.test(content) && /\s$/.test(content))) return false
  if (sign.test(text)) return !isPadded
  const signs = signsIn(text)
  if (!signs.balanced || signs.prose || signs.last === 'stop') return false
  if (signs.otherLetters && !signs.command && !isEquation(signs)) return false
  if (signs.strong) return true
  if (isPadded) return signs.first !== 'number' && (signs.related || signs.words === 0) && isEnded(signs)
  if (money.test(text) || signs.first === 'stop' || !isEnded(signs)) return false
  return signs.longWords === 0 || isEquation(signs) || (signs.calls && signs.first !== 'number') || isName(text)
}

/** Whether it also has what no money has, as is asked where a word or a number touches the dollar signs. */
export function isPlainlyFormula(content: string): boolean {
  return isFormula(content) && signsIn(content).strong
}

/** Whether what stands between two pairs of dollar signs is a formula: they are also marks of a price class. */
export function isDisplayFormula(content: string): boolean {
  if (between.test(content)) return false
  const text = plainOf(content.replace(/\s+/g, ' '))
  if (/^\d*$/.test(text) || sign.test(text) || isElse(text)) return signsIn(text).command
  const signs = signsIn(text)
  return signs.command || (signs.strong && !signs.prose) || isFormula(text)
}

/** Whether what stands between `\[` and `\]` is a formula, not a mark of a source or a note. */
export function isBracketFormula(content: string): boolean {
  if (content.includes('\\[')) return false
  return !bracketed.test(content) || /^\s+\p{L}\s+$/u.test(content)
}

/** Whether a text that goes on looks like a formula up to here, and not only perhaps. */
export function mayBeFormula(rest: string): boolean {
  const text = plainOf(rest)
  if (!/^[^\s_]/.test(rest) || /[$\n]/.test(rest) || isElse(text)) return false
  const signs = signsIn(text)
  if (signs.prose || (signs.otherLetters && !signs.command)) return false
  return signs.strong || (isEquation(signs) && signs.words === 0 && isEnded(signs))
}

/** Whether a line can be more of a formula that has begun: it is no prose. */
export function mayGoOn(line: string): boolean {
  const text = plainOf(line)
  if (foreign.test(text)) return false
  const signs = signsIn(text)
  if (signs.command) return !signs.prose
  return !signs.prose && !signs.otherLetters && (signs.longWords === 0 || signs.related)
}

/** A formula without words, and without signs that are foreign only elsewhere. */
function plainOf(content: string): string {
  return withoutWords(content.trim()).replace(meantSign, '\\x')
}

function isElse(text: string): boolean {
  return foreign.test(text) || elsewhere.test(text)
}

function isEquation({ related, first }: Signs): boolean {
  return related && first !== 'number'
}

function isEnded({ last }: Signs): boolean {
  return last !== 'open' && last !== 'operator' && last !== 'stop'
}

/** Corners in the order of the alphabet, `ABCD`, or elements in a compound, `NaCl`. */
function isName(text: string): boolean {
  const isPolygon = /^[A-Z]{4}$/.test(text) && [...text].sort().join('') === text
  return isPolygon || (/[a-z]/.test(text) && /^(?:[A-Z][a-z]?){2,}$/.test(text))
}
