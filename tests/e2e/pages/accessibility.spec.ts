import { reasoning } from '../../upstream/events'
import { end, tooltip } from '../chat'
import { expect, test } from '../fixtures'
import { axeComplaints, looks } from './axe'

const reply = `## Two ways to count

A sentence with **strong**, *emphasised* and \`inline\` text, and [a link](https://example.org/).

\`\`\`python
def count(words: list[str]) -> int:
    return len(words)
\`\`\`

| way | cost | note |
| --- | ---: | --- |
| by hand | 12 | slow |
| by machine | 1 | ![a picture](https://example.org/a.png) |

- [x] one
- [ ] two

> And a quotation.

1. First
2. Second
`

for (const colorScheme of looks) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('axe finds nothing on the first page', async ({ chat }) => {
      expect(await axeComplaints(chat.page)).toEqual([])
      await chat.page.getByRole('button', { name: /^Model: / }).click()
      await expect(chat.page.getByRole('option').first()).toBeVisible()
      expect(await axeComplaints(chat.page)).toEqual([])
    })

    test('axe finds nothing on a conversation, while it streams and after', async ({ chat, upstream }) => {
      const half = reply.indexOf('    return')
      upstream.script([
        { write: reasoning('Hm.') },
        { delta: reply.slice(0, half) },
        { until: 'axe has looked' },
        { delta: reply.slice(half) },
        end,
      ])
      await chat.send('How do I count words?')
      await expect(chat.reply.getByRole('figure', { name: 'Code, python' })).toContainText('def count')
      await chat.running()
      expect(await axeComplaints(chat.page)).toEqual([])

      upstream.open('axe has looked')
      await chat.ended('completed')
      await expect(chat.reply.getByRole('table')).toBeVisible()
      expect(await axeComplaints(chat.page)).toEqual([])
      await chat.row('How do I count words?').hover()
      await chat.page.getByRole('button', { name: 'Actions for How do I count words?' }).click()
      await expect(chat.page.getByRole('menuitem', { name: 'Delete' })).toBeVisible()
      expect(await axeComplaints(chat.page)).toEqual([])
      await chat.page.keyboard.press('Escape')
      await chat.title.getByRole('button').click()
      await chat.page.getByRole('menuitem', { name: 'Find in conversation' }).hover()
      expect(await axeComplaints(chat.page)).toEqual([])
      await chat.page.getByRole('menuitem', { name: 'Find in conversation' }).click()
      await expect(chat.page.getByRole('textbox', { name: 'Find in conversation' })).toBeFocused()
      await chat.page.getByRole('button', { name: 'Close', exact: true }).hover()
      await expect(tooltip(chat.page)).toHaveText('CloseEsc')
      expect(await axeComplaints(chat.page)).toEqual([])
    })

    test('axe finds nothing on a reply that went wrong', async ({ chat, upstream }) => {
      upstream.script([{ delta: 'Half of' }, { cut: true }])
      await chat.send('How do I count words?')
      await chat.ended('interrupted')
      expect(await axeComplaints(chat.page)).toEqual([])
      upstream.script([{ status: 401, headers: { 'content-type': 'text/plain' } }, { write: 'No.' }, { end: true }])
      await chat.send('And now?')
      await chat.ended('failed')
      expect(await axeComplaints(chat.page)).toEqual([])
    })

    test('axe finds nothing on the settings', async ({ page }) => {
      for (const part of ['', '/models', '/shortcuts', '/about', '/providers']) {
        await page.goto(`/settings${part}`)
        expect(await axeComplaints(page)).toEqual([])
      }
      await page.getByRole('button', { name: 'Add a provider' }).click()
      await page.getByRole('button', { name: 'Advanced' }).click()
      await page.getByRole('button', { name: 'Add header' }).click()
      expect(await axeComplaints(page)).toEqual([])
    })
  })
}

test('the transcript is a log that keeps silent, and a status says how a reply stands', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Word by word' }, { until: 'the end' }, end])
  await chat.send('Speak')
  await expect(chat.reply).toContainText('Word by word')
  await expect(chat.transcript).toHaveAttribute('aria-live', 'off')
  const status = chat.page.getByRole('status')
  await expect(status.filter({ hasText: 'Generating' })).toBeAttached()
  upstream.open('the end')
  await expect(status.filter({ hasText: 'Complete' })).toBeAttached()
})
