/** The chat beside it says in words that the conversation is not here. */
export default function ConversationNotFound() {
  return null
}
