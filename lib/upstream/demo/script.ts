import 'server-only'
import script from './script.json'

export { script }

/** Whether words of a text match a pattern of the script. */
export function matches(text: string, pattern: string): boolean {
  return new RegExp(`(?<!\\w)(?:${pattern})(?!\\w)`, 'iu').test(text)
}

/** A text of the script with its `{placeholders}` filled in. */
export function fill(name: keyof typeof script.texts, values: Record<string, string | number>): string {
  return script.texts[name].replace(/\{(\w+)\}/g, (_, placeholder: string) => String(values[placeholder]))
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** “1 word”, “2 words”. */
export function counted(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
