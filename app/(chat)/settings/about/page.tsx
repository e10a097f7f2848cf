import { About } from '@/components/settings/about'
import { pageAbout } from '@/lib/http/page'

export default async function Page() {
  return <About {...(await pageAbout())} />
}
