import { describe, expect, test } from 'vitest'
import { replyTo } from '@/lib/upstream/demo/replies'
import script from '@/lib/upstream/demo/script.json'
import { summarize } from '@/lib/upstream/demo/summary'
import { textOf } from './ask'

const central = 'The harbour of Aldby is to be rebuilt so that larger ships can use the harbour again.'
const alsoCentral = 'Larger ships have not been able to use the harbour of Aldby since the harbour silted up.'
const aside = 'My aunt keeps bees.'
const sample = `# News from the coast

${central} The council of Aldby decided it on Monday. ${aside}
The harbour was dredged for the last time forty years ago, and the ships that use it
have grown larger since. ${alsoCentral} It rained on Monday, as it does.

- The council expects that larger ships will bring work to Aldby.
- Fishermen fear that rebuilding the harbour will drive the fish away.

| year | ships |
|---|---|
| 1970 | 812. |

\`\`\`
harbour.rebuild(ships). harbour.rebuild(ships). harbour.rebuild(ships).
\`\`\`

Dr. Holm of the council said that the harbour could be used by larger ships within three years. Tea was served.`

describe('a summary', () => {
  test('has the sentences that share most with the others, in their order, and no aside', () => {
    const { sentences, compared } = summarize(sample, { sentences: 3 })
    expect(sentences).toContain(central)
    expect(sentences).toContain(alsoCentral)
    expect(sentences.indexOf(central)).toBeLessThan(sentences.indexOf(alsoCentral))
    expect(sentences).not.toContain(aside)
    expect(compared).toBe(10)
  })

  test('splits prose only: no headings, tables or code; wrapped lines and list items are sentences, Dr. ends none', () => {
    const { sentences } = summarize(sample, { sentences: 100 })
    expect(sentences).toContain('Fishermen fear that rebuilding the harbour will drive the fish away.')
    expect(sentences).toContain(
      'The harbour was dredged for the last time forty years ago, and the ships that use it have grown larger since.',
    )
    expect(sentences.at(-2)).toMatch(/^Dr\. Holm of the council/)
    expect(sentences.join()).not.toMatch(/812|rebuild\(|News/)
  })

  test('stays within a number of words', () => {
    const { sentences } = summarize(sample, { words: 40 })
    expect(sentences.join(' ').split(' ').length).toBeLessThanOrEqual(40)
    expect(sentences.length).toBeGreaterThan(1)
  })

  test('has no sentence twice', () => {
    const { sentences } = summarize(`${sample}\n\n${sample}`, { sentences: 4 })
    expect(new Set(sentences).size).toBe(4)
  })

  test('of a text without prose is empty', () => {
    for (const text of ['', '...', '| a | b. |', 'word '.repeat(5000)]) expect(summarize(text).sentences).toEqual([])
  })

  test('of a megabyte covers all of it and stays fast', () => {
    const page = script.themes.flatMap((theme) => theme.paragraphs).join('\n\n')
    const pages = Array.from({ length: 80 }, (_, number) => page.replace(/\b[a-z]{6}\b/g, (word) => word + number))
    const texts = [
      pages.join('\n\n'),
      pages.join(' ').replace(/\s+/g, ' '),
      'a'.repeat(1_000_000),
      '. '.repeat(500_000),
    ]
    for (const text of texts) {
      const times = [1, 2, 3].map(() => {
        const before = process.cpuUsage()
        summarize(text)
        return process.cpuUsage(before).user / 1000
      })
      // Some 10 ms; without bounds, seconds.
      expect(Math.min(...times)).toBeLessThan(200)
    }
    const { sentences, compared, sampled } = summarize(texts[0] ?? '', { sentences: 20 })
    expect(sampled).toBe(true)
    expect(compared).toBeLessThanOrEqual(300)
    expect(sentences).toHaveLength(20)
    const places = sentences.map((sentence) => (texts[0] ?? '').indexOf(sentence))
    expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(500_000)
  })
})

describe('a summary reply', () => {
  const reply = (...turns: string[]) =>
    replyTo(turns.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }))).text
  const bulletsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('- “'))

  test.each([
    `Summarise this text in two sentences:\n\n${sample}`,
    `${sample}\n\ntl;dr in 2 sentences`,
    `Please summarize in two sentences: ${sample}`,
  ])('to a text has bullets, how it was made and word counts', (prompt) => {
    const text = reply(prompt)
    expect(bulletsIn(text)).toHaveLength(2)
    expect(bulletsIn(text)).toContain(`- “${central}”`)
    expect(text).toContain('these are the 2 sentences with the most in common with the others.')
    expect(text).toMatch(/The text has 1\d\d words and the summary has 3\d words \(\d+%\)\. I compared \d+ sentences\./)
  })

  test('is the same over the wire', async () => {
    expect(await textOf(`Summarise:\n${sample}`)).toBe(reply(`Summarise:\n${sample}`))
  })

  test('follows a long text alone, or summarizes an earlier message', () => {
    expect(reply(`${sample}\n\n${sample}`)).toContain('in common with the others')
    const text = reply(`echo ${sample}`, sample, 'Now summarise that in one sentence.')
    expect(text).toContain('the longest earlier message')
    expect(bulletsIn(text)).toHaveLength(1)
  })

  test('asks for a text when there is none', () => {
    expect(reply('Summarise this text in five sentences:\n\n')).toContain('no text to summarize yet')
  })

  test('escapes markdown in sentences', () => {
    expect(reply('Summarise: The *star* of <b>Aldby</b> sank. The star of Aldby was a ship.')).toContain(
      '“The \\*star\\* of \\<b\\>Aldby\\</b\\> sank.”',
    )
  })
})
