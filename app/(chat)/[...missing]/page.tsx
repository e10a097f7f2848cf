import { notFound } from 'next/navigation'

/** Any other address: the app has two root layouts, so this leads its strays to the page below the app's own. */
export default function MissingPage() {
  notFound()
}
