/** One conversation. The layout shows the chat; the page only gives it an address. */
export default function ConversationPage() {
  return null
}
