'use client'
import Link from 'next/link'
import { formatTokens } from '@/components/format/numbers'
import { isFree, useMoneyFormatter } from '@/components/format/use-money-formatter'
import type { Estimate } from '@/lib/protocol/billing/budgets'

/** What the prompt in the box comes to, quietly: “~1,240 tokens, about ₹0.04, up to ₹1.90”. */
export function EstimateLine({ estimate }: { estimate: Estimate }) {
  const money = useMoneyFormatter()
  const { promptTokens, accuracy, cost, atMost } = estimate
  const guess = accuracy === 'unknown'
  const [count = '', unit = ''] = formatTokens(promptTokens).split(' ')
  const title = guess ? 'Rough estimate: about four characters per token.' : undefined
  return (
    <p title={title} className="numbers min-w-0 shrink-[0.2] truncate text-ink-quiet text-note">
      <span aria-hidden="true">~</span>
      <span className="sr-only">{guess ? 'Roughly ' : 'About '}</span>
      {count}
      <Wide> {unit}</Wide>
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
          <Wide>about </Wide>
          {money(cost)}
          {atMost ? <Wide>, up to {money(atMost)}</Wide> : null}
        </>
      )}
    </p>
  )
}

/** Words that a phone has no room for; its screen reader says them. */
function Wide({ children }: { children: React.ReactNode }) {
  return <span className="max-sm:sr-only">{children}</span>
}
