/** Hold the id of a message on its element, and mark the elements inside it that hold its text. */
export const messageAttribute = 'data-message'
export const messageTextAttribute = 'data-message-text'

/** The element of a message; null if it isn't mounted. */
export function messageElement(root: HTMLElement | null, messageId: string): HTMLElement | null {
  return root?.querySelector<HTMLElement>(`[${messageAttribute}="${CSS.escape(messageId)}"]`) ?? null
}
