'use client'
import { useConversations } from '@/lib/client/state/context'
import { Section } from './section'
import { useMac } from './use-mac'

interface Shortcut {
  does: string
  /** Pressed together; ⌘ or Ctrl is `Mod`. */
  keys: string[]
}

const everywhere: Shortcut[] = [
  { does: 'New conversation', keys: ['Mod', 'Shift', 'O'] },
  { does: 'Open or close the sidebar', keys: ['Mod', 'B'] },
  { does: 'Go to the message box', keys: ['Shift', 'Esc'] },
]

const conversation: Shortcut[] = [
  { does: 'Stop the reply', keys: ['Esc'] },
  { does: 'Find in the conversation', keys: ['Mod', 'F'] },
  { does: 'Bring back your last message, in an empty box', keys: ['↑'] },
]

const typing: Record<'enterSends' | 'enterBreaks', Shortcut[]> = {
  enterSends: [
    { does: 'Send', keys: ['Enter'] },
    { does: 'Add a new line', keys: ['Shift', 'Enter'] },
  ],
  enterBreaks: [
    { does: 'Send', keys: ['Mod', 'Enter'] },
    { does: 'Add a new line', keys: ['Enter'] },
  ],
}

const findBar: Shortcut[] = [
  { does: 'Next match', keys: ['Enter'] },
  { does: 'Previous match', keys: ['Shift', 'Enter'] },
  { does: 'Close', keys: ['Esc'] },
]

/** The keys that there are. */
export function Shortcuts() {
  const enterSends = useConversations((state) => state.settings.enterSends)
  const mac = useMac()
  const groups = [
    { title: 'Anywhere', shortcuts: everywhere },
    { title: 'Message box', shortcuts: typing[enterSends ? 'enterSends' : 'enterBreaks'] },
    { title: 'Conversation', shortcuts: conversation },
    { title: 'Find', shortcuts: findBar },
  ]
  return (
    <Section slug="shortcuts">
      <div className="space-y-8">
        {groups.map(({ title, shortcuts }) => (
          <table key={title} className="w-full border-line border-b text-small">
            <caption className="pb-1 text-start font-strong text-small">{title}</caption>
            <thead className="sr-only">
              <tr>
                <th scope="col">Action</th>
                <th scope="col">Keys</th>
              </tr>
            </thead>
            <tbody>
              {shortcuts.map(({ does, keys }) => (
                <tr key={does} className="border-line border-t">
                  <th scope="row" className="py-2 text-start font-regular">
                    {does}
                  </th>
                  <td className="py-2 ps-4 text-end">
                    <Keys keys={keys.map((key) => keyName(key, mac))} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </Section>
  )
}

function Keys({ keys }: { keys: string[] }) {
  return (
    <span className="inline-flex gap-1 whitespace-nowrap">
      {keys.map((key) => (
        <kbd
          key={key}
          className="inline-flex h-6 min-w-6 items-center justify-center rounded-small border border-line bg-surface-raised px-1.5 font-sans text-ink-quiet text-note"
        >
          {key}
        </kbd>
      ))}
    </span>
  )
}

function keyName(key: string, mac: boolean): string {
  const names: Record<string, string> = mac ? { Mod: '⌘', Shift: '⇧' } : { Mod: 'Ctrl' }
  return names[key] ?? key
}
