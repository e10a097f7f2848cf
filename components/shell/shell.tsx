'use client'
import { useRouter, useSelectedLayoutSegment } from 'next/navigation'
import { type ReactNode, useEffect } from 'react'
import { ChatView } from '@/components/chat/chat-view'
import { ModeContext } from '@/components/page/mode'
import { SidebarProvider, useSidebar } from '@/components/page/sidebar-state'
import { useFileDrops } from '@/components/page/use-file-drops'
import { Sidebar } from '@/components/sidebar/sidebar'
import type { Clock } from '@/components/sidebar/use-today'
import { focusComposer } from '@/components/ui/composer-focus'
import { isCommand } from '@/components/ui/keys'
import { LazyNotices, LazyTooltips } from '@/components/ui/lazy/lazy-overlays'
import { contentId } from '@/components/ui/page-focus'
import { useConversations } from '@/lib/client/state/context'
import { newConversationId } from '@/lib/client/state/types'
import type { Mode } from '@/lib/protocol/mode'
import { useTheme } from './use-theme'

/** The frame of every page: the sidebar beside the chat or another page. */
export function Shell({
  clock,
  mode,
  initiallyCollapsed,
  children,
}: {
  clock: Clock
  mode: Mode
  initiallyCollapsed: boolean
  children: ReactNode
}) {
  return (
    <ModeContext value={mode}>
      <SidebarProvider initiallyCollapsed={initiallyCollapsed}>
        <Frame clock={clock}>{children}</Frame>
      </SidebarProvider>
    </ModeContext>
  )
}

function Frame({ clock, children }: { clock: Clock; children: ReactNode }) {
  const segment = useSelectedLayoutSegment()
  const { drawer, shown, collapsed, animated, dismiss } = useSidebar()
  const inChat = segment === null || segment === 'c'
  useTheme()
  useIgnoreComposition()
  useGlobalShortcuts()
  useFileDrops()
  useCloseConversation(!inChat)
  return (
    <>
      <Sidebar clock={clock} />
      {drawer && shown ? (
        <button
          type="button"
          tabIndex={-1}
          aria-label="Close sidebar"
          onClick={dismiss}
          className="fixed inset-0 z-20 bg-scrim"
        />
      ) : null}
      <main
        id={contentId}
        tabIndex={-1}
        inert={drawer && shown}
        className={`relative flex h-dvh flex-col outline-none ${collapsed ? '' : 'lg:ms-sidebar'} ${animated ? 'transition-[margin]' : ''}`}
      >
        {inChat ? <ChatView /> : null}
        {children}
      </main>
      <LazyNotices className={collapsed ? '' : 'lg:ps-sidebar'} />
      <LazyTooltips />
    </>
  )
}

/** Tells the store that no conversation is on screen. */
function useCloseConversation(closed: boolean): void {
  const load = useConversations((state) => state.loadConversation)
  useEffect(() => {
    if (closed) void load(newConversationId)
  }, [closed, load])
}

/** Hides keys that belong to an input method from all other listeners. In Safari only the key code 229 marks them. */
function useIgnoreComposition(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation()
    }
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [])
}

/** Mod+Shift+O: new conversation. Mod+B: toggle the sidebar. Shift+Escape: focus the composer. */
function useGlobalShortcuts(): void {
  const router = useRouter()
  const { toggle, close } = useSidebar()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = isCommand(event)
      const key = event.key.toLowerCase()
      if (command && event.shiftKey && key === 'o') {
        close()
        router.push('/')
      } else if (command && !event.shiftKey && key === 'b') toggle()
      else if (event.shiftKey && key === 'escape') focusComposer()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [router, toggle, close])
}
