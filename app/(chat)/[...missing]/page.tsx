import { notFound } from 'next/navigation'

/** Unknown addresses. With two root layouts, Next needs this to show not-found.tsx inside the app's layout. */
export default function MissingPage() {
  notFound()
}
