import { type FormulaFeatures, featuresOf, withoutWords } from './formula-features'

/** What no formula contains: quotation marks, code, URLs, emphasis, other currencies. */
const excludedAnywhere =
  /[`"“”#@?€£¥₹₩\p{Emoji_Presentation}]|\*\*|~~|__|:\/\/|\]\(|<\/|[，。、；：？！（）「」『』《》【】]/u
/** Allowed in formulas all the same: an escaped number sign, and a question mark for an unknown result. */
const allowedSign = /\\#|(?<=[=≈<>≤≥]\s*)\?$/g
/** What no formula starts with. */
const excludedAtStart = /^(?:[/*:,;)\]}!']|\.(?!\d)|\|\^)/
const sign = /^[-+=<>≤≥≠≈±×÷·*∘∈]{1,2}$/
/** Words between two price classes, `$$ to $$$`. */
const betweenPriceClasses = /^\s+(?:to|or|and|vs|bis|und|oder|et|ou)\s+$/
const grouped = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?`
/** An amount with a unit, or a range of amounts. */
const money = new RegExp(
  String.raw`^\d[\d.,]*\s*/\s*[a-z]{2,}$|^${grouped}\s*[-–]|[-–]\s*${grouped}$|^\d+\.\d\d\s*[-–]\s*\d+\.\d\d$`,
  'i',
)
/** Words or numbers, which often are in square brackets. */
const bracketed = /^(?:[\p{L}\p{M}\d\s.,:'’–-]*)$/u

const results = new Map<string, boolean>()
const MAX_CACHED_RESULTS = 500

/** Whether the content of `$…$` is a formula: money is a number with perhaps a unit, prose is words. */
export function isFormula(content: string): boolean {
  // Cached, since the end of a growing text is parsed again and again.
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
  const features = featuresOf(text)
  if (!features.isBalanced || features.isProse || features.last === 'stop') return false
  if (features.hasForeignLetters && !features.hasCommand && !isEquation(features)) return false
  if (features.isDistinctive) return true
  if (isPadded)
    return features.first !== 'number' && (features.hasRelation || features.wordCount === 0) && isComplete(features)
  if (money.test(text) || features.first === 'stop' || !isComplete(features)) return false
  return (
    features.longWordCount === 0 ||
    isEquation(features) ||
    (features.hasCall && features.first !== 'number') ||
    isName(text)
  )
}

/** Whether it also has what money never has; required where a letter or a digit touches the dollar features. */
export function isDistinctiveFormula(content: string): boolean {
  return isFormula(content) && featuresOf(content).isDistinctive
}

/** Whether the content of `$$…$$` is a formula: `$$` may also be a price class. */
export function isDisplayFormula(content: string): boolean {
  if (betweenPriceClasses.test(content)) return false
  const text = plainOf(content.replace(/\s+/g, ' '))
  if (/^\d*$/.test(text) || sign.test(text) || isExcluded(text)) return featuresOf(text).hasCommand
  const features = featuresOf(text)
  return features.hasCommand || (features.isDistinctive && !features.isProse) || isFormula(text)
}

/** Whether the content of `\[…\]` is a formula and not a citation or a note. */
export function isBracketFormula(content: string): boolean {
  if (content.includes('\\[')) return false
  return !bracketed.test(content) || /^\s+\p{L}\s+$/u.test(content)
}

/** Whether an unfinished text is certain enough to be a formula. */
export function mayBeFormula(rest: string): boolean {
  const text = plainOf(rest)
  if (!/^[^\s_]/.test(rest) || /[$\n]/.test(rest) || isExcluded(text)) return false
  const features = featuresOf(text)
  if (features.isProse || (features.hasForeignLetters && !features.hasCommand)) return false
  return features.isDistinctive || (isEquation(features) && features.wordCount === 0 && isComplete(features))
}

/** Whether a line can continue a formula, as it isn't prose. */
export function mayContinueFormula(line: string): boolean {
  const text = plainOf(line)
  if (excludedAnywhere.test(text)) return false
  const features = featuresOf(text)
  if (features.hasCommand) return !features.isProse
  return !features.isProse && !features.hasForeignLetters && (features.longWordCount === 0 || features.hasRelation)
}

/** The content without words in text groups and without allowed features. */
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

/** The corners of a polygon, `ABCD`, or the elements of a compound, `NaCl`. */
function isName(text: string): boolean {
  const isPolygon = /^[A-Z]{4}$/.test(text) && [...text].sort().join('') === text
  return isPolygon || (/[a-z]/.test(text) && /^(?:[A-Z][a-z]?){2,}$/.test(text))
}
