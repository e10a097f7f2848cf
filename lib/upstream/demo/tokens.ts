import 'server-only'

/**
 * The demo model's own tokens: word pieces of some four characters, with the white space before them. Joined, they are
 * the text again. No character is cut in two.
 */
export function tokensOf(text: string): string[] {
  return text.match(/\s{0,8}\S{1,5}|\s{1,8}/gu) ?? []
}

/** How many tokens a prompt has, by the usual estimate of four characters each. */
export function promptTokens(contents: string[]): number {
  return Math.ceil(contents.reduce((sum, each) => sum + each.length, 0) / 4)
}
