import { extractText, getDocumentProxy } from 'unpdf'
import { addTurns } from '../../stored-turns.mjs'
import { end } from '../chat'
import { expect, test } from '../fixtures'

/** Words that are nowhere else, for one place of a conversation. */
const said = (place: string, count: number) => Array.from({ length: count }, (_, word) => `q${place}z${word}`)

const wide = `const wide = '${said('wide', 60).join(' ')}'`

/** A reply of every kind of block, long enough to be read and mounted bit by bit. */
function replyOf(turn: number): string {
  const words = (part: string, count: number) => said(`${turn}${part}`, count).join(' ')
  return [
    `## ${words('heading', 2)}`,
    ...Array.from({ length: 30 }, (_, place) => words(`paragraph${place}p`, 12)),
    `- ${words('item', 5)}\n- ${words('other', 5)}`,
    `| a | b |\n|---|---|\n| ${words('cell', 4)} | ${words('next', 30)} |`,
    `<details>\n<summary>${words('summary', 2)}</summary>\n\n${words('fold', 5)}\n\n</details>`,
    `\`\`\`ts\n${words('code', 4)}\n\`\`\``,
    `[${turn}]: https://example.com/q${turn}source`,
  ].join('\n\n')
}

test('a whole conversation comes on paper, also what is out of sight, and nothing else does', async ({
  chat,
  rill,
  upstream,
}) => {
  upstream.script([{ delta: `The first reply, ${wide}.\n\n\`\`\`js\n${wide}\n\`\`\`` }, end])
  await chat.ask('The first prompt')
  const turns = 30
  const promptOf = (turn: number) => said(`${turn}prompt`, turn === 3 ? 400 : 6).join(' ')
  addTurns(rill.dataDir, await chat.conversationId(), turns, (turn) => ({
    prompt: promptOf(turn),
    reply: replyOf(turn),
  }))
  await chat.reload()
  await expect(chat.reply).toContainText('q29paragraph29pz0')
  expect(await chat.replies.count()).toBeLessThan(turns)

  const pages = await pagesOf(await chat.page.pdf({ format: 'A4' }))
  const text = pages.join(' ')
  const words = new Set(text.match(/q[a-z0-9]+/g))
  const wanted = Array.from(
    { length: turns },
    (_, turn) => `${promptOf(turn)} ${replyOf(turn)}`.match(/\bq[a-z0-9]+/g) ?? [],
  )
  expect([...said('wide', 60), ...wanted.flat()].filter((word) => !words.has(word))).toEqual([])
  // Once as the title.
  expect(text.match(/The first prompt/g)).toHaveLength(2)
  expect(text.match(/q29promptz0/g)).toHaveLength(1)
  expect(pages.filter((page) => page.trim() === '')).toEqual([])
  for (const other of ['New conversation', 'Write a message', 'Settings', 'scripted', 'Show', 'CSV'])
    expect(text).not.toContain(other)

  // Back on the screen, all is as it was.
  await expect(chat.reply).toContainText('q29paragraph29pz0')
  await expect.poll(() => chat.replies.count()).toBeLessThan(turns)
})

test('in the dark too it is ink on white', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Words of a reply.' }, end])
  await chat.ask('A prompt')
  await chat.page.evaluate(() => {
    document.documentElement.dataset.theme = 'dark'
  })
  await chat.page.emulateMedia({ media: 'print' })
  const [background, ink] = await chat.reply.evaluate((reply) =>
    [document.body, reply].map((element) => {
      const style = getComputedStyle(element)
      const context = document.createElement('canvas').getContext('2d')
      if (!context) return 0
      context.fillStyle = element === reply ? style.color : style.backgroundColor
      context.fillRect(0, 0, 1, 1)
      return context.getImageData(0, 0, 1, 1).data[0] ?? 0
    }),
  )
  expect(background).toBe(255)
  expect(ink).toBeLessThan(80)
})

async function pagesOf(pdf: Buffer): Promise<string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)))
  return text
}
