// The answer that is streamed: always the same, of every shape that models write in, four characters to a token on average.

const code = {
  python: `def windows(values, size):
    """Yield each run of \`size\` neighbours, and its mean."""
    held = []
    for value in values:
        held.append(value)
        if len(held) > size:
            held.pop(0)
        if len(held) == size:
            yield held[:], sum(held) / size`,
  typescript: `export function throttle<T>(write: (last: T) => void, frame: (run: () => void) => void) {
  let waiting: { last: T } | null = null
  return (value: T) => {
    if (!waiting) frame(() => { const { last } = waiting!; waiting = null; write(last) })
    waiting = { last: value }
  }
}`,
  sql: `SELECT model, count(*) AS answers, avg(first_token_ms) AS waited
FROM generations
WHERE started_at > now() - interval '7 days' AND status = 'completed'
GROUP BY model
ORDER BY waited DESC;`,
  go: `func drain(in <-chan string, idle time.Duration) (all []string) {
	for {
		select {
		case text, open := <-in:
			if !open {
				return all
			}
			all = append(all, text)
		case <-time.After(idle):
			return all
		}
	}
}`,
  json: `{ "model": "example", "stream": true, "messages": [{ "role": "user", "content": "Why is the sky blue?" }] }`,
}
const languages = Object.keys(code)
const words =
  'a river carries what rain has left on every hill and gives it to the sea where light and wind lift it again so that no drop is ever lost though each one travels far and slowly while towns along its banks count on it for bread power and the quiet sound at night that tells them nothing has stopped'.split(
    ' ',
  )

/** Numbers from 0 to 1, the same for the same seed (a linear congruential generator, constants of Numerical Recipes). */
function random(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function sentence(next, length) {
  const chosen = Array.from({ length }, () => words[Math.floor(next() * words.length)])
  const place = 1 + Math.floor(next() * (length - 2))
  const marks = [
    (word) => `**${word}**`,
    (word) => `*${word}*`,
    (word) => `\`${word}()\``,
    (word) => `[${word}](https://example.com/${word})`,
    () => '$x_{n+1} = r x_n$',
  ]
  const mark = marks[Math.floor(next() * 9)]
  if (mark) chosen[place] = mark(chosen[place])
  const [first, ...rest] = chosen
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(' ')}.`
}

function paragraph(next) {
  return Array.from({ length: 3 + Math.floor(next() * 3) }, () => sentence(next, 10 + Math.floor(next() * 9))).join(' ')
}

function list(next, mark) {
  return Array.from({ length: 5 }, (_, place) => `${mark(place)} ${sentence(next, 10)}`).join('\n')
}

const shapes = [
  (next) => `${list(next, () => '-')}\n  - ${sentence(next, 7)}\n  - ${sentence(next, 6)}`,
  (next) =>
    `| Way | Wait | Share | Remark |\n| :-- | --: | --: | :-- |\n${Array.from(
      { length: 5 },
      (_, row) =>
        `| Way ${row + 1} | ${(next() * 90).toFixed(1)} ms | ${(next() * 60).toFixed(0)} % | ${sentence(next, 6)} |`,
    ).join('\n')}`,
  (next) => list(next, (place) => `${place + 1}.`),
  (next) => `> ${sentence(next, 13)} ${sentence(next, 8)}\n\n$$\n\\hat{y} = \\frac{1}{n} \\sum_{i=1}^{n} w_i x_i\n$$`,
  (next) => `### ${sentence(next, 4)}\n\n${paragraph(next)}`,
]

function section(next, number) {
  const language = languages[number % languages.length]
  return [
    `## ${number + 1}. ${words[number % words.length]} and ${words[(number * 7) % words.length]}`,
    paragraph(next),
    shapes[number % shapes.length](next),
    `\`\`\`${language}\n${code[language]}\n\`\`\``,
    paragraph(next),
  ].join('\n\n')
}

function prose(characters) {
  const next = random(7)
  const sections = []
  for (let length = 0, number = 0; length < characters; number++) {
    sections.push(section(next, number))
    length += sections[number].length + 2
  }
  return sections.join('\n\n')
}

const block = `${code.typescript}\n\n`

function fence(characters) {
  return `\`\`\`typescript\n${block.repeat(Math.ceil(characters / block.length))}`
}

/** Cuts a text into tokens of one to seven characters. */
function tokens(text) {
  const next = random(11)
  const cut = []
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(next() * 7)
    cut.push(text.slice(at, at + length))
    at += length
  }
  return cut
}

const longest = 125_000 * 4
const proses = prose(longest)
const fences = fence(longest)
const kinds = {
  prose: { text: proses, between: '\n\n## ', all: tokens(proses), rest: tokens(`\n\n${proses}`) },
  fence: {
    text: fences,
    between: '\n\nexport',
    all: tokens(fences),
    rest: tokens(`\n\n${block.repeat(longest / 200)}`),
  },
}

/** The first tokens of an answer; `kind` is `prose` or `fence`, one piece of code that does not end. */
export function answer(kind, count) {
  return kinds[kind].all.slice(0, count)
}

/**
 * An answer in two parts, each in tokens: one of about `before`, which ends where a section does, and `count` more. These
 * are the same whatever was before, so that what differs is the length alone.
 */
export function answerInTwo(kind, before, count) {
  if (before === 0 || count === 0) return { first: answer(kind, before), rest: answer(kind, count) }
  const { text, between, rest } = kinds[kind]
  return { first: tokens(text.slice(0, text.lastIndexOf(between, before * 4))), rest: rest.slice(0, count) }
}

/** A prompt and a reply by the place of their turn, of the lengths that conversations have. */
export function turn(place) {
  const next = random(place + 1)
  const more = [
    () => '',
    () => `\n\n${list(next, () => '-')}`,
    () => `\n\n\`\`\`python\n${code.python}\n\`\`\`\n\n${sentence(next, 12)}`,
    () => `\n\n### ${sentence(next, 3)}\n\n${paragraph(next)}`,
  ][place % 4]
  return { prompt: sentence(next, 14), reply: paragraph(next) + more() }
}
