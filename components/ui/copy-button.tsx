'use client'
import { Check, Copy, type LucideIcon, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from './button'
import { copyText } from './copy-text'

const outcomes = {
  ready: { icon: null, announcement: '' },
  copied: { icon: Check, announcement: 'Copied' },
  refused: { icon: X, announcement: 'Couldn’t copy. Select the text and copy it with the keyboard.' },
}

/** Copies what `text()` returns on click, and announces whether that worked. */
export function CopyButton({
  label,
  icon = Copy,
  text,
  className,
}: {
  label: string
  icon?: LucideIcon
  text: () => string
  className?: string
}) {
  const [outcome, setOutcome] = useState<keyof typeof outcomes>('ready')
  useEffect(() => {
    if (outcome === 'ready') return
    const timer = setTimeout(() => setOutcome('ready'), 2000)
    return () => clearTimeout(timer)
  }, [outcome])
  const { announcement } = outcomes[outcome]
  const Icon = outcomes[outcome].icon ?? icon
  return (
    <>
      <IconButton
        label={outcome === 'refused' ? announcement : label}
        className={className}
        onClick={() =>
          copyText(text()).then(
            () => setOutcome('copied'),
            () => setOutcome('refused'),
          )
        }
      >
        <Icon size={16} aria-hidden="true" />
      </IconButton>
      <span role="status" className="sr-only">
        {announcement}
      </span>
    </>
  )
}
