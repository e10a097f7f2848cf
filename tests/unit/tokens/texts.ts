/** Seeded pseudo-random numbers. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const words = {
  english:
    "the river doesn’t don't we'll I've SHE'S carry Its water quickly, under (old) stone; bridges! Why? \"So\" 1,204 3.14159 e.g. state-of-the-art",
  german: 'Donaudampfschifffahrtsgesellschaft über Straßen größer Öl, „ja“ und Übergänge – nämlich',
  hindi: 'नदी का पानी बहुत साफ़ है। क्यों? हिन्दी में लिखें',
  arabic: 'النهر يجري تحت الجسر القديم، أليس كذلك؟',
  thai: 'แม่น้ำไหลผ่านสะพานเก่าในหมู่บ้าน',
  russian: 'Река течёт под старым мостом; «вода» холодная',
  code: 'const x = await fetch(`/api/{id}`) ?? null; } else if (a!==b){ return [1,2,3].map((n)=>n*2) // café\n\t\tfor\r\n    #include <stdio.h>\n\n\n',
  emoji: '😀 👩‍👩‍👧‍👦 🇮🇳 👍🏽 ❤️ 🎉🎉🎉 ok',
  special: '<|endoftext|> <|im_start|>system <|fim_prefix|>',
}
const cjk = '漢字仮名交じり文はとても長い河流穿过古老的石桥한국어문장도있다、。！「」'
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const spaces = [' ', ' ', ' ', '  ', '\n', '\n\n', '\t', '   \n  ', '']

/** A message of one kind or, sometimes, of all. */
export function message(random: () => number): string {
  const pick = <T>(list: ArrayLike<T>): T => {
    const chosen = list[Math.floor(random() * list.length)]
    if (chosen === undefined) throw new Error('There is nothing to pick from.')
    return chosen
  }
  const kinds = Object.values(words)
  const mixed = random() < 0.2
  const kind = pick(kinds)
  const length = 1 + Math.floor(random() ** 3 * 400)
  const chance = random()
  if (chance < 0.08) return Array.from({ length }, () => pick([...cjk])).join('')
  if (chance < 0.14) return Array.from({ length }, () => pick(base64)).join('')
  return Array.from({ length }, () => pick((mixed ? pick(kinds) : kind).split(' ')) + pick(spaces)).join('')
}

/** The text in pieces as in a stream, most of them small, some splitting a surrogate pair. */
export function deltas(text: string, random: () => number): string[] {
  const cut: string[] = []
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(random() ** 4 * 400)
    cut.push(text.slice(at, at + size))
    at += size
  }
  return cut
}
