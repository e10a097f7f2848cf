'use client'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { TextField } from '@/components/ui/text-field'
import { HeaderFields } from './header-fields'
import type { FieldName } from './provider-draft'
import { AddressFields, type FieldsProps } from './provider-fields'

const folded: FieldName[] = ['headers', 'firstTokenTimeoutMs', 'idleTimeoutMs']

/** What most people never need. It opens by itself when something in it is wrong. */
export function Advanced({
  withAddress,
  stored,
  open: wrong,
  ...fields
}: FieldsProps & {
  /** The name and the address stand here too: a preset has filled them in. */
  withAddress: boolean
  /** The names of the headers that are stored. */
  stored: string[]
  /** The field that is wrong. */
  open: FieldName | null
}) {
  const [chosen, setChosen] = useState(false)
  const body = useId()
  const inHere = [...folded, ...(withAddress ? (['name', 'baseUrl'] as const) : [])]
  const open = chosen || (wrong !== null && inHere.includes(wrong))
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={body}
        onClick={() => setChosen(!open)}
        className="-ms-1 inline-flex h-8 items-center gap-1 rounded-small pe-2 text-ink-quiet text-small hover:text-ink touch:h-11"
      >
        <ChevronRight size={16} aria-hidden="true" className={`transition-transform ${open ? 'rotate-90' : ''}`} />
        Advanced
      </button>
      <div id={body} hidden={!open}>
        {open ? (
          <div className="mt-3 space-y-5 border-line border-s-2 ps-4">
            {withAddress ? <AddressFields {...fields} /> : null}
            <HeaderFields
              stored={stored}
              rows={fields.draft.headers}
              problem={fields.wordsFor('headers')}
              onChange={(headers) => fields.onChange({ headers })}
            />
            <TimeoutFields {...fields} />
          </div>
        ) : null}
      </div>
    </div>
  )
}

/** How long a reply may be silent before it counts as lost. */
function TimeoutFields({ draft, wordsFor, onChange }: FieldsProps) {
  const seconds = { type: 'number', inputMode: 'numeric', min: 1, max: 86_400, step: 1 } as const
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        {...seconds}
        label="First-token timeout (seconds)"
        hint="Default: 300 (600 for local servers and reasoning models)"
        value={draft.firstTokenTimeout}
        problem={wordsFor('firstTokenTimeoutMs')}
        onChange={(event) => onChange({ firstTokenTimeout: event.target.value })}
      />
      <TextField
        {...seconds}
        label="Idle timeout (seconds)"
        hint="Default: 60"
        value={draft.idleTimeout}
        problem={wordsFor('idleTimeoutMs')}
        onChange={(event) => onChange({ idleTimeout: event.target.value })}
      />
    </div>
  )
}
