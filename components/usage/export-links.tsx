import { Download } from 'lucide-react'
import { tooltip } from '@/components/ui/tooltip'
import { toQueryString, type UsageFilters } from './filter-state'

/** Downloads of the shown usage. */
export function ExportLinks({ filters }: { filters: UsageFilters }) {
  return (
    <div className="flex gap-2">
      {(['csv', 'json'] as const).map((format) => (
        <a
          key={format}
          href={`/api/usage/export?${toQueryString(filters, { format })}`}
          download
          aria-label={`Export as ${format.toUpperCase()}`}
          {...tooltip(`Export as ${format.toUpperCase()}`)}
          className="inline-flex h-8 touch:h-11 items-center gap-1.5 rounded-small px-2 text-ink-quiet text-small transition-colors hover:bg-surface-pressed hover:text-ink"
        >
          <Download size={16} aria-hidden="true" />
          {format.toUpperCase()}
        </a>
      ))}
    </div>
  )
}
