import 'server-only'

const ones = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const units = new Map([
  ['a', 1],
  ['few', 3],
  ['fifteen', 15],
  ...ones.map((word, index): [string, number] => [word, index + 1]),
  ...tens.map((word, index): [string, number] => [word, (index + 2) * 10]),
])
const scales = new Map([
  ['dozen', 12],
  ['hundred', 100],
  ['thousand', 1000],
  ['k', 1000],
])

/** The number before “words” or “sentences”, in figures (2000, 2,000, 2k) or spelled (two thousand), or null. */
export function numberBefore(text: string, noun: 'word' | 'sentence'): number | null {
  const figures = new RegExp(
    `(\\d{1,3}(?:[,. ]\\d{3})+|\\d+)\\s?(k|hundred|thousand)?[\\s-]+(?:[a-z]+\\s)?${noun}s?\\b`,
    'i',
  )
  const written = figures.exec(text)
  if (written?.[1]) return Number(written[1].replace(/\D/g, '')) * (scales.get(written[2]?.toLowerCase() ?? '') ?? 1)
  const spelled = new RegExp(`((?:[a-z]+[\\s-]+){1,3})${noun}s?\\b`, 'i').exec(text)?.[1]?.toLowerCase()
  let unit: number | undefined
  let scale = 1
  for (const word of spelled?.split(/[\s-]+/) ?? []) {
    unit = units.get(word) ?? unit
    scale *= scales.get(word) ?? 1
  }
  const isArticle = /\ba\b/.test(spelled ?? '') && unit === 1 && scale === 1
  return isArticle || (unit === undefined && scale === 1) ? null : (unit ?? 1) * scale
}
