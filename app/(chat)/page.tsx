/** A new conversation. The layout shows the chat; the page only gives it an address. */
export default function NewConversationPage() {
  return null
}
