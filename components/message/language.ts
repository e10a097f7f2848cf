/** In characters. Where a text begins says enough. */
export const LANGUAGE_SAMPLE_LENGTH = 1000

const code = /```[\s\S]*?(?:```|$)|`[^`\n]*`|https?:\/\/\S+/g
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu
/** Common characters that are written in one way on the mainland, and in another elsewhere. */
const simplified = /[这们说对时会来国学过为与点开关还发经现种样问题请让给]/g
const traditional = /[這們說對時會來國學過為與點開關還發經現種樣問題請讓給]/g
const scripts: [script: RegExp, languageIn: (words: string) => string][] = [
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu, chineseOrJapanese],
  [/\p{Script=Hangul}/gu, () => 'ko'],
  [/\p{Script=Arabic}/gu, (words) => (/[ٹڈڑےںھ]/.test(words) ? 'ur' : /[پچژگکی]/.test(words) ? 'fa' : 'ar')],
  [/\p{Script=Hebrew}/gu, () => 'he'],
  [/\p{Script=Thai}/gu, () => 'th'],
  [/\p{Script=Devanagari}/gu, () => 'hi'],
  [/\p{Script=Greek}/gu, () => 'el'],
]

/**
 * The language of a text, where its script tells it; empty where it does not. Who reads aloud speaks in it, and the browser
 * chooses fonts and where lines break by it: a Chinese and a Japanese reader expect the same character to look otherwise.
 */
export function languageOf(text: string): string {
  const words = text.slice(0, LANGUAGE_SAMPLE_LENGTH).replace(code, '')
  // A character of Chinese is about half a word.
  let most = count(words, /\p{Script=Latin}/gu) / 3
  let language = ''
  for (const [script, languageIn] of scripts) {
    const letters = count(words, script)
    if (letters <= most) continue
    most = letters
    language = languageIn(words)
  }
  return language
}

function chineseOrJapanese(words: string): string {
  const balance = count(words, simplified) - count(words, traditional)
  if (count(words, kana) * 8 > count(words, /\p{Script=Han}/gu)) return 'ja'
  return balance === 0 ? 'zh' : balance > 0 ? 'zh-Hans' : 'zh-Hant'
}

function count(words: string, pattern: RegExp): number {
  return words.match(pattern)?.length ?? 0
}
