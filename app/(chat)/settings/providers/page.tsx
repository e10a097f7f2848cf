import { Providers } from '@/components/settings/providers/providers'

export default function Page() {
  return <Providers />
}
