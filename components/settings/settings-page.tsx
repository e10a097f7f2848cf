'use client'
import type { ReactNode } from 'react'
import { ModelPicker } from '@/components/chat/model-picker'
import { defaultModel } from '@/components/chat/models'
import { Header } from '@/components/shell/header'
import { useConversations } from '@/lib/store/context'
import { Appearance } from './appearance'
import { Budgets } from './budgets'
import { ConnectionTest } from './connection'
import { Currency } from './currency'
import { Prices } from './prices'
import { Providers } from './providers'

/** Everything a person can set. Each change is saved as it is made. */
export function SettingsPage() {
  const model = useConversations(defaultModel)
  const saveSettings = useConversations((state) => state.saveSettings)
  return (
    <>
      <title>Settings · Rill</title>
      <Header title="" />
      {/* What is placed absolutely belongs to what scrolls, or the page itself would scroll. */}
      <div className="relative min-h-0 flex-1 scrolls">
        <div className="column space-y-10 pt-4 pb-24">
          <h1 className="font-strong text-title">Settings</h1>
          <Section title="Appearance and typing">
            <Appearance />
          </Section>
          <Section title="Default model" words="New conversations begin with it. Each conversation keeps its own.">
            <div className="-ms-1.5 flex">
              <ModelPicker
                label="Default model"
                value={model}
                onChange={(defaultModel) => void saveSettings({ defaultModel })}
              />
            </div>
          </Section>
          <Section
            id="providers"
            title="Providers"
            words="Servers that speak the OpenAI API. Keys are stored encrypted on this Rill’s server and never come back to the browser."
          >
            <Providers />
          </Section>
          <Section
            id="budgets"
            title="Budgets"
            words="What may be spent at most. The longest answer is set aside before a reply starts, and one that reaches a cap stops there and keeps its text."
          >
            <Budgets />
          </Section>
          <Section
            id="prices"
            title="Prices and currency"
            words="Per million tokens, as the providers list them. Where yours differ, change them here; what has no price is never taken for free."
          >
            <div className="space-y-6">
              <Currency />
              <Prices />
            </div>
          </Section>
          <Section
            title="Connection"
            words="Some proxies collect an answer and hand it over at once. This times a stream from the server to this page."
          >
            <ConnectionTest />
          </Section>
        </div>
      </div>
    </>
  )
}

function Section({ id, title, words, children }: { id?: string; title: string; words?: string; children: ReactNode }) {
  return (
    <section id={id} aria-label={title} className="scroll-mt-4">
      <h2 className="font-strong text-lead">{title}</h2>
      {words ? <p className="mt-1 max-w-measure text-ink-quiet text-small">{words}</p> : null}
      <div className="mt-4">{children}</div>
    </section>
  )
}
