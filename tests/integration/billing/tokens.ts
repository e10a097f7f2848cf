/** The text of a token: its turn and its number, so that one that is lost, doubled, out of order or astray shows. */
export function tokenOf(prompt: string, number: number): string {
  return `${prompt}#${number} `
}

/** How many tokens a text holds, if it holds nothing else. */
export function tokensIn(text: string): number {
  return text.split(' ').length - 1
}

/** The text of a turn's first tokens. */
export function textUpTo(prompt: string, count: number): string {
  return Array.from({ length: count }, (_, number) => tokenOf(prompt, number)).join('')
}
