/** In UTF-16 units: the longest prompt that the server takes. */
export const MAX_PROMPT_LENGTH = 100_000
