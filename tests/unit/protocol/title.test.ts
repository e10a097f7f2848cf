import { expect, it } from 'vitest'
import { plainTitle, shortened, titleOf } from '@/lib/protocol/title'

it.each([
  ['How do rivers end?', 'How do rivers end?'],
  ['\n\n  # Plan a *week* in Lisbon #\n\nWith two days of rain.', 'Plan a week in Lisbon'],
  ['**Compare** `planes` and ~~cars~~ [trains](https://example.org/a)', 'Compare planes and cars trains'],
  ['```python\nprint("hi")\n```\nWhat does this **print**?', 'What does this print?'],
  ['~~~~\n```\nstill code\n~~~~\n\n> - [ ] Buy milk', 'Buy milk'],
  ['```js\nconst a = 1\nconsole.log(a)', 'const a = 1'],
  ['---\n| a | b |\n|---|---|', 'a | b'],
  ['***All of it*** and _some_', 'All of it and some'],
  ['**Use `**kwargs**` now**', 'Use **kwargs** now'],
  // What only looks like marks.
  ['What is __init__ to snake_case_names, 2*3*4, 2**3**4?', 'What is __init__ to snake_case_names, 2*3*4, 2**3**4?'],
  ['5 * 3 * 2 = 30', '5 * 3 * 2 = 30'],
  ['\\*not emphasis\\*', '*not emphasis*'],
  ['C# or F#', 'C# or F#'],
  ['What is F #', 'What is F #'],
  ['What does rows[i][j] or steps[0](x) mean?', 'What does rows[i][j] or steps[0](x) mean?'],
  ['**/*.ts and **/*.js', '**/*.ts and **/*.js'],
  ['Move src/**/*.ts to lib/**/*.ts', 'Move src/**/*.ts to lib/**/*.ts'],
  ['请看[链接](https://example.org)', '请看链接'],
  ['???', '???'],
  ['👩‍👩‍👧', '👩‍👩‍👧'],
  ['', ''],
])('%j is titled %j', (prompt, title) => expect(titleOf(prompt)).toBe(title))

it('cuts a long title, never within a character', () => {
  expect(titleOf('word '.repeat(50))).toBe(`${'word '.repeat(11)}word…`)
  expect(shortened('👩‍👩‍👧'.repeat(6), 5)).toBe(`${'👩‍👩‍👧'.repeat(4)}…`)
  expect(shortened('12345', 5)).toBe('12345')
})

it('titles that are stored with Markdown are shown without it', () => {
  expect(plainTitle('**Compare** trains and `planes` for a journey of 600 km acr…')).toBe(
    'Compare trains and planes for a journey of 600 km acr…',
  )
  expect(['```python', '# Plan', '```', 'Plain'].map(plainTitle)).toEqual(['python', 'Plan', '```', 'Plain'])
})

it('a leading number stays', () => {
  expect(['1. Introduction', '2024) **Budget**', '3. '].map(plainTitle)).toEqual([
    '1. Introduction',
    '2024) Budget',
    '3. ',
  ])
})
