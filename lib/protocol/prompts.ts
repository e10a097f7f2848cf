/** The longest prompt that the server accepts, in UTF-16 units. */
export const MAX_PROMPT_LENGTH = 100_000
