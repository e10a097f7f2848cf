import { lazyComponent } from '@/components/ui/lazy/lazy-component'

/** The menu of a conversation and the field for its title: nobody needs them before a button is pointed at. */
export const conversationMenu = lazyComponent(async () => {
  const [{ ConversationMenu }, { RenameField }] = await Promise.all([
    import('./conversation-menu'),
    import('./rename-field'),
  ])
  return { ConversationMenu, RenameField }
})
