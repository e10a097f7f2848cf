'use client'
import Link from 'next/link'
import { formatTokens } from '@/components/format/numbers'
import { isFree, useMoneyFormatter } from '@/components/format/use-money-formatter'
import type { Estimate } from '@/lib/protocol/billing/budgets'

/** The estimate of the prompt: “~1,240 tokens, about ₹0.04, up to ₹1.90”. */
export function EstimateLine({ estimate }: { estimate: Estimate }) {
  const money = useMoneyFormatter()
  const { promptTokens, accuracy, cost, atMost } = estimate
  const isRough = accuracy === 'unknown'
  const [count = '', unit = ''] = formatTokens(promptTokens).split(' ')
  const title = isRough ? 'Rough estimate: about four characters per token.' : undefined
  return (
    <p title={title} className="tabular-nums min-w-0 shrink-[0.2] truncate text-ink-quiet text-note">
      <span aria-hidden="true">~</span>
      <span className="sr-only">{isRough ? 'Roughly ' : 'About '}</span>
      {count}
      <HiddenOnPhone> {unit}</HiddenOnPhone>
      {cost === null ? (
        <>
          {' · '}
          <Link href="/settings/prices" className="underline underline-offset-3 hover:text-ink">
            No price set
          </Link>
        </>
      ) : isFree(cost) && (atMost === null || isFree(atMost)) ? (
        ', free'
      ) : (
        <>
          {', '}
          <HiddenOnPhone>about </HiddenOnPhone>
          {money(cost)}
          {atMost ? <HiddenOnPhone>, up to {money(atMost)}</HiddenOnPhone> : null}
        </>
      )}
    </p>
  )
}

/** Hidden on phones, except from screen readers. */
function HiddenOnPhone({ children }: { children: React.ReactNode }) {
  return <span className="max-sm:sr-only">{children}</span>
}
