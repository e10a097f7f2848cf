'use client'
import { Check, Copy, type LucideIcon, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from './button'
import { copyText } from './copy-text'

const answers = {
  ready: { icon: null, said: '' },
  copied: { icon: Check, said: 'Copied' },
  refused: { icon: X, said: 'Couldn’t copy. Select the text and copy it with the keyboard.' },
}

/** Copies what `text()` gives at the moment of the click, and says whether that worked. */
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
  const [answer, setAnswer] = useState<keyof typeof answers>('ready')
  useEffect(() => {
    if (answer === 'ready') return
    const timer = setTimeout(() => setAnswer('ready'), 2000)
    return () => clearTimeout(timer)
  }, [answer])
  const { said } = answers[answer]
  const Icon = answers[answer].icon ?? icon
  return (
    <>
      <IconButton
        label={answer === 'refused' ? said : label}
        className={className}
        onClick={() =>
          copyText(text()).then(
            () => setAnswer('copied'),
            () => setAnswer('refused'),
          )
        }
      >
        <Icon size={16} aria-hidden="true" />
      </IconButton>
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  )
}
