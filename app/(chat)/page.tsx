/** A new conversation. The layout renders the chat; this page only gives it an address. */
export default function NewConversationPage() {
  return null
}
