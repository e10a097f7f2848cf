'use client'
import { Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useCallback, useEffect, useState } from 'react'
import { Button, IconButton } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { PageSection } from '@/components/usage/page-section'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import { type ConversationPage, type ConversationSummary, conversationPage } from '@/lib/protocol/api'

/** The earlier runs of the Lab, which can be opened and deleted. Reloads when `runs`, the count of this page, changes. */
export function EarlierRuns({ runs }: { runs: number }) {
  const [page, setPage] = useState<ConversationPage | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [confirming, setConfirming] = useState<string | null>(null)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const load = useCallback(async (previous: ConversationPage | null) => {
    const query = previous?.nextCursor ? `&cursor=${encodeURIComponent(previous.nextCursor)}` : ''
    try {
      const fetched = await client().read(conversationPage, `/api/conversations?kind=lab&limit=10${query}`)
      const shown = previous?.conversations ?? []
      setPage({ ...fetched, conversations: [...shown, ...fetched.conversations] })
      setProblem(null)
    } catch (error) {
      setProblem(problemFrom(error).message)
    }
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new run adds a row
  useEffect(() => void load(null), [load, runs])

  const remove = async (id: string) => {
    await client().remove(id)
    setPage(
      (previous) => previous && { ...previous, conversations: previous.conversations.filter((each) => each.id !== id) },
    )
    setConfirming(null)
    focusAfter('a, button, [data-empty]')
  }
  if (!page && !problem) return null
  return (
    <PageSection title="Earlier runs">
      <div ref={container}>
        {problem ? (
          <p role="alert" className="text-danger text-small">
            {problem}
          </p>
        ) : null}
        {page?.conversations.length === 0 ? (
          <p data-empty tabIndex={-1} className="text-ink-quiet text-small outline-none">
            Your runs will appear here.
          </p>
        ) : null}
        <ul className="*:border-line [&>*+*]:border-t">
          {page?.conversations.map((run) => (
            <li key={run.id} data-run={run.id} className="py-1">
              {confirming === run.id ? (
                <div className="py-2">
                  <Confirmation
                    question={`Delete “${run.title}”? This can’t be undone.`}
                    action="Delete"
                    onConfirm={() => remove(run.id)}
                    onCancel={() => {
                      setConfirming(null)
                      focusAfter(`[data-run="${run.id}"] button`)
                    }}
                  />
                </div>
              ) : (
                <Run run={run} onDelete={() => setConfirming(run.id)} />
              )}
            </li>
          ))}
        </ul>
        {page?.nextCursor ? (
          <Button
            className="mt-3"
            onClick={() => void load(page).then(() => focusAfter(`li:nth-child(${page.conversations.length + 1}) a`))}
          >
            Show more
          </Button>
        ) : null}
      </div>
    </PageSection>
  )
}

function Run({ run: { id, title, createdAt }, onDelete }: { run: ConversationSummary; onDelete(): void }) {
  const time = new Date(createdAt)
  return (
    <div className="flex items-center gap-3 text-small">
      <Link
        href={`/c/${id}`}
        dir="auto"
        className="min-w-0 touch:py-3 truncate rounded-small underline-offset-2 hover:underline"
      >
        {title}
      </Link>
      <time dateTime={time.toISOString()} className="tabular-nums ms-auto shrink-0 text-ink-quiet text-note">
        {time.toLocaleString(undefined, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })}
      </time>
      <IconButton label={`Delete the run: ${title}`} onClick={onDelete}>
        <Trash2 size={16} aria-hidden="true" />
      </IconButton>
    </div>
  )
}
