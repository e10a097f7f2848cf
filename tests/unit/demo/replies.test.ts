import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tokensOf } from '@/lib/upstream/demo/prose'
import { replyTo } from '@/lib/upstream/demo/replies'
import script from '@/lib/upstream/demo/script.json'
import { textOf } from './ask'

/** The reply to alternating prompts and replies. */
function replyOf(...turns: string[]) {
  return replyTo(turns.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })))
}

function bySpaces(text: string): number {
  return text.split(/\s+/).filter((each) => each !== '').length
}

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })
function byDictionary(text: string): number {
  // In pieces, because each segment holds a copy of the segmenter's whole input.
  const pieces = text.split(/\n+|(?<=\.) /)
  return pieces.flatMap((piece) => [...segmenter.segment(piece)]).filter((each) => each.isWordLike).length
}

describe('N words', () => {
  test('are exactly N, by spaces and by dictionary', async () => {
    const wrong = Array.from({ length: 400 }, (_, index) => index + 1).filter((words) => {
      const { text } = replyOf(`write ${words} words`)
      return bySpaces(text) !== words || byDictionary(text) !== words
    })
    expect(wrong).toEqual([])
    for (const words of [1000, 2499, 2500, 2600, 5000]) {
      const { text } = replyOf(`Write ${words} words about rivers.`)
      expect([bySpaces(text), byDictionary(text)]).toEqual([words, words])
    }
    expect(bySpaces(await textOf('write 2000 words'))).toBe(2000)
  })

  test.each([
    ['Please write 2,000 words on the sea', 2000],
    ['a 1.5 minute talk, 300-word essay', 300],
    ['give me 2k words', 2000],
    ['two thousand words about anything', 2000],
    ['a hundred words', 100],
    ['write a few hundred words', 300],
    ['Write 250 English words', 250],
    ['500 words about rate limits and error 500', 500],
    ['a long answer', 800],
    ['Tell me a story', 800],
    ['write 1000000 words', 20_000],
  ])('%s', (prompt, words) => {
    const reply = replyOf(prompt)
    expect(bySpaces(reply.text)).toBe(words)
    expect(reply.error).toBeNull()
  })

  test('start with the subject and repeat no paragraph before all have been used', () => {
    const paragraphs = replyOf('write 2400 words about computers').text.split('\n\n').slice(1)
    expect(paragraphs[0]).toBe('**What a computer is good at**')
    expect(new Set(paragraphs).size).toBe(paragraphs.length)
    expect(replyOf('write 5000 words').text).toContain('my paragraphs repeat')
  })

  test('are honest about being ready-made', () => {
    expect(replyOf('write 200 words about tax law').text).toMatch(/^I’m Rill’s demo model\. I can’t write about/)
  })
})

describe('what it recognizes', () => {
  test.each([
    ['some code in Python and Rust', /```python\n[\s\S]*```rust\n/],
    ['Write a TypeScript function that sorts', /```typescript\n/],
    ['a Haskell program', /not in Haskell[\s\S]*```python/],
    ['Compare trains and planes, as a table', /\n\| River \|[\s\S]*\n\|:--\|/],
    ['show me some math', /\n\$\$\n[\s\S]*\n\$\$[\s\S]*\$5 or \$10/],
    ['make a list', /\n1\. [\s\S]*\n- \[x\]/],
    ['everything', /\n\| River[\s\S]*\n1\. [\s\S]*```python[\s\S]*\n\$\$/],
    ['help', /^I’m Rill’s demo model/],
    ['What can you do?', /\*\*Summarize\*\*/],
    ['Hello there', /^Hello! I’m Rill’s demo model/],
    ['thank you!', /^You’re welcome/],
    ['Explain how a river finds its way to the sea', /I can’t really explain[\s\S]*never deciding/],
    ['What is the capital of France?', /didn’t understand[\s\S]*6 words[\s\S]*first message[\s\S]*\*\*Summarize/],
    ['什么是河流?', /didn’t understand/],
    ['echo **bold** and <b>raw</b>', /^\*\*bold\*\* and <b>raw<\/b>$/],
    ['Repeat after me: one\n\ntwo', /^one\n\ntwo$/],
    ['', /Here’s what I can do/],
  ])('%s', (prompt, expected) => {
    expect(replyOf(prompt).text).toMatch(expected)
  })

  test('special endings, alone and combined', () => {
    expect(replyOf('Please fail with error 500').error).toBe('server_error')
    expect(replyOf('hit the rate limit').error).toBe('rate_limit')
    expect(replyOf('write 300 words and cut the connection').cutAfter).toBe(60)
    expect(replyOf('a long answer that reaches max tokens').limit).toBe(48)
    expect(replyOf('think step by step and show me a table')).toMatchObject({
      reasoning: expect.stringContaining('isn’t real thought'),
      text: expect.stringContaining('| River |'),
    })
  })

  test('no intent inside pasted text', () => {
    const text = script.themes[4]?.paragraphs.join('\n\n')
    for (const prompt of [
      `What error 500 means\n\n${text}`,
      `${text}\n\nWhoever meets error 500 or a rate limit should cut the connection.`,
      `Summarise this:\n\nA rate limit is error 429. ${text}`,
    ]) {
      const reply = replyOf(prompt)
      expect(reply).toMatchObject({ error: null, cutAfter: null, limit: null, reasoning: '' })
      expect(reply.text).toMatch(/in common with the others/)
    }
  })
})

describe('earlier turns', () => {
  test('are quoted on request', () => {
    const text = replyOf('My boat is *blue*', 'Noted.', 'And fast', 'Fine.', 'What did I say before?').text
    expect(text).toContain('1. “My boat is \\*blue\\*”\n2. “And fast”')
    expect(text).toContain('> “Fine.”')
    expect(replyOf('Hi', 'Hello!', 'How many messages are there?').text).toContain(
      '**3 messages**: 2 from you, including this one, and 1 from me',
    )
    expect(replyOf('what did I say before?').text).toMatch(/^Nothing/)
    expect(replyOf('Hi', 'Hello!', 'qwertz').text).toContain('message 3')
  })

  test('a reply that was cut off continues where it stopped, any number of times', () => {
    const whole = replyOf('write 300 words').text
    const [one, two] = [whole.slice(0, 500), whole.slice(500, 900)]
    expect(replyOf('write 300 words', one, 'continue').text).toBe(whole.slice(500))
    expect(replyOf('write 300 words', one, 'continue', two, 'Please go on.').text).toBe(whole.slice(900))
    expect(replyOf('write 300 words', one).text).toBe(whole.slice(500))
    expect(replyOf('write 300 words', one, 'continue', two).text).toBe(whole.slice(900))
    expect(replyOf('write 300 words', whole).text).toBe('')
    expect(replyOf('write 300 words', 'Not mine').text).toContain('I didn’t write')
    expect(replyOf('write 300 words', whole, 'continue').text).toContain('complete')
    expect(replyOf('Hi', 'Something I never said', 'continue').text).toContain('didn’t understand')
    const cut = replyOf('cut the connection')
    const rest = replyOf('cut the connection', cut.text.slice(0, 200), 'continue')
    expect(rest).toMatchObject({ text: cut.text.slice(200), cutAfter: null })
  })
})

describe('tokens', () => {
  test('add up to the text without splitting a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const tokens = tokensOf(text)
        expect(tokens.join('')).toBe(text)
        // A lone surrogate becomes U+FFFD in UTF-8; there are as many as in the text.
        const bytes = Buffer.concat(tokens.map((token) => Buffer.from(token)))
        expect(bytes.equals(Buffer.from(text))).toBe(true)
      }),
    )
  })

  test('have some four characters', () => {
    const { text } = replyOf('write 2000 words')
    expect(text.length / tokensOf(text).length).toBeGreaterThan(3.5)
    expect(text.length / tokensOf(text).length).toBeLessThan(5)
  })
})
