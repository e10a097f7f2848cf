/** What marks the elements that show a message: the whole of it, and within that the words that are its text. */
export const messageAttribute = 'data-message'
export const messageTextAttribute = 'data-message-text'

/** The element that shows a message, when it is mounted. */
export function messageElement(within: HTMLElement | null, messageId: string): HTMLElement | null {
  return within?.querySelector<HTMLElement>(`[${messageAttribute}="${CSS.escape(messageId)}"]`) ?? null
}
