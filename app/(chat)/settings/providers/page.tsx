import { Providers } from '@/components/settings/providers'

export default function Page() {
  return <Providers />
}
