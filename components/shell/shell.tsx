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

/** The frame of every page: the sidebar, and beside it the chat or a page of its own. */
export function Shell({
  clock,
  mode,
  folded,
  children,
}: {
  clock: Clock
  mode: Mode
  /** The sidebar was put away. */
  folded: boolean
  children: ReactNode
}) {
  return (
    <ModeContext value={mode}>
      <SidebarProvider startsFolded={folded}>
        <Frame clock={clock}>{children}</Frame>
      </SidebarProvider>
    </ModeContext>
  )
}

function Frame({ clock, children }: { clock: Clock; children: ReactNode }) {
  const segment = useSelectedLayoutSegment()
  const { drawer, shown, folded, glides, dismiss } = useSidebar()
  const inChat = segment === null || segment === 'c'
  useTheme()
  useInputMethods()
  useKeys()
  useFileDrops()
  useNothingShown(!inChat)
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
        className={`relative flex h-dvh flex-col outline-none ${folded ? '' : 'lg:ms-sidebar'} ${glides ? 'transition-[margin]' : ''}`}
      >
        {inChat ? <ChatView /> : null}
        {children}
      </main>
      <LazyNotices className={folded ? '' : 'lg:ps-sidebar'} />
      <LazyTooltips />
    </>
  )
}

/** On a page of another kind no conversation is on screen. */
function useNothingShown(nothing: boolean): void {
  const load = useConversations((state) => state.loadConversation)
  useEffect(() => {
    if (nothing) void load(newConversationId)
  }, [nothing, load])
}

/** A key that an input method takes is nobody else's. Safari, which ends the composition first, says so only by its code. */
function useInputMethods(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation()
    }
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [])
}

/** Ctrl or ⌘ with B, with Shift and O; Shift with Escape. */
function useKeys(): void {
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
