import { lazily } from '@/components/ui/lazy/lazily'

/** The menu of a conversation and the field for its title: nobody needs them before a button is pointed at. */
export const conversationMenu = lazily(async () => {
  const [{ ConversationMenu }, { RenameField }] = await Promise.all([
    import('./conversation-menu'),
    import('./rename-field'),
  ])
  return { ConversationMenu, RenameField }
})
