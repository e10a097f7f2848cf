/** Empty: the layout's chat says that the conversation doesn't exist. */
export default function ConversationNotFound() {
  return null
}
