/** In characters, from the start of a text. */
export const LANGUAGE_SAMPLE_LENGTH = 1000

const code = /```[\s\S]*?(?:```|$)|`[^`\n]*`|https?:\/\/\S+/g
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu
/** Common characters that differ between simplified and traditional Chinese. */
const simplified = /[这们说对时会来国学过为与点开关还发经现种样问题请让给]/g
const traditional = /[這們說對時會來國學過為與點開關還發經現種樣問題請讓給]/g
const scripts: [script: RegExp, languageIn: (sample: string) => string][] = [
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu, chineseOrJapanese],
  [/\p{Script=Hangul}/gu, () => 'ko'],
  [/\p{Script=Arabic}/gu, (sample) => (/[ٹڈڑےںھ]/.test(sample) ? 'ur' : /[پچژگکی]/.test(sample) ? 'fa' : 'ar')],
  [/\p{Script=Hebrew}/gu, () => 'he'],
  [/\p{Script=Thai}/gu, () => 'th'],
  [/\p{Script=Devanagari}/gu, () => 'hi'],
  [/\p{Script=Greek}/gu, () => 'el'],
]

/**
 * The language of a text as a BCP 47 tag, if its script implies one; else empty. Screen readers choose a voice by it, and
 * browsers fonts and line breaks: Chinese and Japanese draw the same character differently.
 */
export function languageOf(text: string): string {
  const sample = text.slice(0, LANGUAGE_SAMPLE_LENGTH).replace(code, '')
  // A Chinese character says as much as several Latin letters.
  let most = count(sample, /\p{Script=Latin}/gu) / 3
  let language = ''
  for (const [script, languageIn] of scripts) {
    const letters = count(sample, script)
    if (letters <= most) continue
    most = letters
    language = languageIn(sample)
  }
  return language
}

function chineseOrJapanese(sample: string): string {
  const balance = count(sample, simplified) - count(sample, traditional)
  if (count(sample, kana) * 8 > count(sample, /\p{Script=Han}/gu)) return 'ja'
  return balance === 0 ? 'zh' : balance > 0 ? 'zh-Hans' : 'zh-Hant'
}

function count(sample: string, pattern: RegExp): number {
  return sample.match(pattern)?.length ?? 0
}
