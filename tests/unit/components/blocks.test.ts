import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nothing, split } from '@/components/markdown/blocks'

const pieces = fc.constantFrom(
  ...[
    '# h\n',
    'words ',
    'more\n',
    '\n\n',
    '- item\n',
    '  - inner\n',
    '1. one\n',
    '```js\n',
    'a = 1\n',
    '```\n',
    '> quote\n',
  ],
  ...[
    '| a | b |\n|---|---|\n',
    '| 1 | 2 |\n',
    '***\n',
    '**bold',
    '**',
    '[x]: http://y.z\n',
    '<div>\n',
    '    code\n',
    '===\n',
    '\t',
  ],
)

describe('splitting a reply into blocks', () => {
  it('loses no character, but for white space', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('').replaceAll('[x]: http://y.z\n', '')
        const { blocks } = split(text)
        expect(withoutSpace(blocks.map((block) => block.raw).join(''))).toBe(withoutSpace(text))
      }),
      { numRuns: 500 },
    )
  })

  it('comes to the same whether the text arrives whole or in pieces', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 24 }), (parts) => {
        let grown = nothing
        let text = ''
        for (const part of parts) {
          text += part
          grown = split(text, grown)
        }
        expect(grown.blocks.map((block) => block.raw)).toEqual(split(text).blocks.map((block) => block.raw))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps the blocks that stand', () => {
    const before = split('One\n\nTwo\n\nThree\n\nFour')
    const after = split('One\n\nTwo\n\nThree\n\nFour and five\n\nSix', before)
    expect(after.blocks[0]).toBe(before.blocks[0])
    expect(after.blocks[1]).toBe(before.blocks[1])
    expect(after.blocks).toHaveLength(5)
  })
})

function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, '')
}
