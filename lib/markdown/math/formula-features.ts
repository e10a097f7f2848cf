/** Names of functions and operators, the only words in formulas. */
const functions = new Set(
  (
    'sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan log ln lg exp min max sup inf lim det dim ker deg gcd ' +
    'lcm mod arg argmin argmax sgn sign erf Re Im Pr Var Cov Tr tr rank diag span'
  ).split(' '),
)
const currencies = new Set('USD EUR GBP CAD AUD NZD HKD SGD TWD MXN BRL CNY RMB JPY'.split(' '))

/** Groups of text, whose words don't count. */
const textGroup =
  /\\(?:text[a-z]*|mathrm|mathbf|mathit|mathsf|mathtt|mathcal|mathbb|mathfrak|boldsymbol|bm|operatorname\*?|mbox|hbox|ce|pu|label|tag|begin|end|color)\s*\{[^{}]*\}/g
/** A probability in words, `P(A and B)`. */
const event = /^[A-Z][a-z]?\([^()]*\)/
const eventWord = /\b(?:and|or|not|given)\b/g
const tokens = /\s+|\\[a-zA-Z]+|\\[\s\S]|\d+(?:[.,]\d+)*|\.\d+|\.{3}|(?:\p{L}\p{M}*)+|[\s\S]/gu
const latin = /^[\p{Script=Latin}\p{Script=Greek}ℝℕℤℚℂℓℏ]+$/u
const relation = /^[=<>≤≥≠≈≡∈∉⊂⊆→↔⇒⇔]$/
const operator = /^(?:[-+*/^_:,±×÷·–−]|\p{Sm})$/u

type TokenKind = 'none' | 'number' | 'letter' | 'word' | 'function' | 'sign' | 'open' | 'close' | 'operator' | 'stop'

/** What a formula, or the beginning of one, contains. */
export interface FormulaFeatures {
  /** It has what neither money nor prose has: a command, an index, an escaped sign. */
  isDistinctive: boolean
  hasCommand: boolean
  /** It has a relation such as `=`. */
  hasRelation: boolean
  /** It has something in brackets after its name: `f(x)`, `a[i]`. */
  hasCall: boolean
  /** Words; `longWordCount` counts those of more than three letters. */
  wordCount: number
  longWordCount: number
  /** Words follow each other as in a sentence. */
  isProse: boolean
  /** It has letters of scripts that formulas aren't written in. */
  hasForeignLetters: boolean
  isBalanced: boolean
  first: TokenKind
  last: TokenKind
}

/** The content without its text groups. */
export function withoutWords(content: string): string {
  return content.includes('\\') ? content.replace(textGroup, '\\x') : content
}

export function featuresOf(content: string): FormulaFeatures {
  const plain = withoutWords(content)
  const text = event.test(plain) ? plain.replace(eventWord, '\\x') : plain
  const features: FormulaFeatures = {
    isDistinctive: /\\[^$]/.test(text),
    hasCommand: /\\[a-zA-Z]/.test(text),
    hasRelation: false,
    hasCall: false,
    wordCount: 0,
    longWordCount: 0,
    isProse: false,
    hasForeignLetters: false,
    isBalanced: false,
    first: 'none',
    last: 'none',
  }
  let isSpaced = false
  let sentences = 0
  const brackets = new Brackets()
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (/^\s/.test(token)) {
      isSpaced = true
      continue
    }
    const kind = kindOf(token, features.last)
    if (currencies.has(token) || (isSpaced && isSentence(features.last, kind))) sentences++
    if (isIndex(token, text[index + 1]) && (token === '^' || features.last !== 'word')) features.isDistinctive = true
    if (relation.test(token)) features.hasRelation = true
    if (kind === 'word') features.wordCount++
    if (kind === 'word' && token.length > 3) features.longWordCount++
    if ((kind === 'word' || kind === 'letter') && !latin.test(token)) features.hasForeignLetters = true
    if ((token === '(' || token === '[') && !isSpaced && (features.last === 'letter' || features.last === 'word'))
      features.hasCall = true
    brackets.add(token, kind)
    if (features.first === 'none') features.first = kind
    features.last = kind
    isSpaced = false
  }
  // A command leaves little doubt; whoever writes one may omit `\text`.
  features.isProse = sentences > (features.hasCommand ? 2 : 0)
  features.isBalanced = brackets.areBalanced(features.isDistinctive, features.hasCall || /^[^|]+\|[^|]+$/.test(text))
  return features
}

/** Counts open brackets. A half-open interval, `[0, 1)`, is balanced too. */
class Brackets {
  private depth = 0
  private braces = 0
  private bars = 0
  private closedTooMany = false
  private closedTooManyBraces = false

  add(token: string, kind: TokenKind): void {
    if (token === '{') this.braces++
    else if (token === '}') this.braces--
    else if (token === '|') this.bars++
    else if (kind === 'open') this.depth++
    else if (kind === 'close') this.depth--
    this.closedTooMany ||= this.depth < 0
    this.closedTooManyBraces ||= this.braces < 0
  }

  areBalanced(isStrong: boolean, mayBeDivided: boolean): boolean {
    if (this.braces !== 0 || this.closedTooManyBraces) return false
    return isStrong || (this.depth === 0 && !this.closedTooMany && (this.bars % 2 === 0 || mayBeDivided))
  }
}

function kindOf(token: string, last: TokenKind): TokenKind {
  if (token.startsWith('\\') || token === '...') return 'sign'
  if (/^\.?\d/.test(token)) return 'number'
  if (/^\p{L}/u.test(token)) {
    if (functions.has(token)) return 'function'
    return /^\p{L}\p{M}*$/u.test(token) ? 'letter' : 'word'
  }
  if (/^[([{⟨]$/.test(token)) return 'open'
  if (/^[)\]}⟩]$/.test(token)) return 'close'
  if (/^[|∞∅]$/.test(token)) return 'sign'
  if (/^[!'%°′″…]$/.test(token)) return last === 'operator' || last === 'none' ? 'stop' : 'sign'
  return operator.test(token) || relation.test(token) ? 'operator' : 'stop'
}

function isIndex(token: string, next: string | undefined): boolean {
  return (token === '^' || token === '_') && next !== undefined && /[^\s^_]/.test(next)
}

/** Whether two tokens with a space between them read like a sentence: formulas put operators between them. */
function isSentence(last: TokenKind, kind: TokenKind): boolean {
  if (kind === 'word') return ['number', 'letter', 'word', 'close', 'sign', 'stop'].includes(last)
  if (last === 'word') return ['number', 'letter', 'function', 'open'].includes(kind)
  return last === 'number' && kind === 'number'
}
