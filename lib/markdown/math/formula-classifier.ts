import { type FormulaFeatures, featuresOf, withoutWords } from './formula-features'

/** What a formula has none of: quotes, code, addresses, emphasis, other money. */
const excludedAnywhere =
  /[`"“”#@?€£¥₹₩\p{Emoji_Presentation}]|\*\*|~~|__|:\/\/|\]\(|<\/|[，。、；：？！（）「」『』《》【】]/u
/** In a formula these two are no prose: an escaped number sign, and a question mark for an unknown result. */
const allowedSign = /\\#|(?<=[=≈<>≤≥]\s*)\?$/g
/** No formula begins so. */
const excludedAtStart = /^(?:[/*:,;)\]}!']|\.(?!\d)|\|\^)/
const sign = /^[-+=<>≤≥≠≈±×÷·*∘∈]{1,2}$/
/** What stands between marks of a price class: `$$ to $$$`. */
const betweenPriceClasses = /^\s+(?:to|or|and|vs|bis|und|oder|et|ou)\s+$/
const grouped = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?`
/** An amount by its unit, or from one amount to another. */
const money = new RegExp(
  String.raw`^\d[\d.,]*\s*/\s*[a-z]{2,}$|^${grouped}\s*[-–]|[-–]\s*${grouped}$|^\d+\.\d\d\s*[-–]\s*\d+\.\d\d$`,
  'i',
)
/** Words or numbers in square brackets, as they stand in any text. */
const bracketed = /^(?:[\p{L}\p{M}\d\s.,:'’–-]*)$/u

const results = new Map<string, boolean>()
const MAX_CACHED_RESULTS = 500

/** Whether what stands between two dollar signs is a formula: money is a number, perhaps with a unit; prose is words. */
export function isFormula(content: string): boolean {
  // The end of a text that grows is read again and again.
  const known = results.get(content)
  if (known !== undefined) return known
  if (results.size >= MAX_CACHED_RESULTS) results.clear()
  const verdict = classify(content)
  results.set(content, verdict)
  return verdict
}

function classify(content: string): boolean {
  const text = plainOf(content)
  if (text === '' || isExcluded(text)) return false
  const isPadded = content.length !== content.trim().length
  if (isPadded && !(/^\s/.test(content) && /\s$/.test(content))) return false
  if (sign.test(text)) return !isPadded
  const signs = featuresOf(text)
  if (!signs.isBalanced || signs.isProse || signs.last === 'stop') return false
  if (signs.hasForeignLetters && !signs.hasCommand && !isEquation(signs)) return false
  if (signs.isDistinctive) return true
  if (isPadded) return signs.first !== 'number' && (signs.hasRelation || signs.wordCount === 0) && isComplete(signs)
  if (money.test(text) || signs.first === 'stop' || !isComplete(signs)) return false
  return signs.longWordCount === 0 || isEquation(signs) || (signs.hasCall && signs.first !== 'number') || isName(text)
}

/** Whether it also has what no money has, as is asked where a word or a number touches the dollar signs. */
export function isDistinctiveFormula(content: string): boolean {
  return isFormula(content) && featuresOf(content).isDistinctive
}

/** Whether what stands between two pairs of dollar signs is a formula: they are also marks of a price class. */
export function isDisplayFormula(content: string): boolean {
  if (betweenPriceClasses.test(content)) return false
  const text = plainOf(content.replace(/\s+/g, ' '))
  if (/^\d*$/.test(text) || sign.test(text) || isExcluded(text)) return featuresOf(text).hasCommand
  const signs = featuresOf(text)
  return signs.hasCommand || (signs.isDistinctive && !signs.isProse) || isFormula(text)
}

/** Whether what stands between `\[` and `\]` is a formula, not a mark of a source or a note. */
export function isBracketFormula(content: string): boolean {
  if (content.includes('\\[')) return false
  return !bracketed.test(content) || /^\s+\p{L}\s+$/u.test(content)
}

/** Whether a text that goes on looks like a formula up to here, and not only perhaps. */
export function mayBeFormula(rest: string): boolean {
  const text = plainOf(rest)
  if (!/^[^\s_]/.test(rest) || /[$\n]/.test(rest) || isExcluded(text)) return false
  const signs = featuresOf(text)
  if (signs.isProse || (signs.hasForeignLetters && !signs.hasCommand)) return false
  return signs.isDistinctive || (isEquation(signs) && signs.wordCount === 0 && isComplete(signs))
}

/** Whether a line can be more of a formula that has begun: it is no prose. */
export function mayContinueFormula(line: string): boolean {
  const text = plainOf(line)
  if (excludedAnywhere.test(text)) return false
  const signs = featuresOf(text)
  if (signs.hasCommand) return !signs.isProse
  return !signs.isProse && !signs.hasForeignLetters && (signs.longWordCount === 0 || signs.hasRelation)
}

/** A formula without words, and without signs that are foreign only elsewhere. */
function plainOf(content: string): string {
  return withoutWords(content.trim()).replace(allowedSign, '\\x')
}

function isExcluded(text: string): boolean {
  return excludedAnywhere.test(text) || excludedAtStart.test(text)
}

function isEquation({ hasRelation, first }: FormulaFeatures): boolean {
  return hasRelation && first !== 'number'
}

function isComplete({ last }: FormulaFeatures): boolean {
  return last !== 'open' && last !== 'operator' && last !== 'stop'
}

/** Corners in the order of the alphabet, `ABCD`, or elements in a compound, `NaCl`. */
function isName(text: string): boolean {
  const isPolygon = /^[A-Z]{4}$/.test(text) && [...text].sort().join('') === text
  return isPolygon || (/[a-z]/.test(text) && /^(?:[A-Z][a-z]?){2,}$/.test(text))
}
