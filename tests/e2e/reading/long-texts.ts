/** Of very different heights, so that a guess of them is wrong. */
export function turn(place: number) {
  const lines = Array.from({ length: (place * 7) % 23 }, (_, line) => `Line ${line} of reply ${place}.`)
  const brook = place === 40 ? ['Here is a *hidden* brook.'] : []
  return {
    prompt: `Prompt number ${place}`,
    reply: [`Reply **number ${place}** begins.`, ...lines, ...brook, `The end of ${place}.`].join('\n\n'),
  }
}

/** Long enough to be mounted bit by bit, and of blocks whose heights are no easy guess. */
export function longReply() {
  const sections = Array.from({ length: 400 }, (_, place) => [
    `## Section ${place}`,
    'A sentence with **some** marks in it. '.repeat(1 + ((place * 5) % 9)),
    place % 3 === 0 ? '```js\nconst one = 1\n```' : '| a | b |\n| - | - |\n| 1 | js and CSV |',
    place === 7 ? 'Here is a *hidden* spring.' : 'And on.',
  ])
  return [...sections.flat(), 'The end of it all.'].join('\n\n')
}
