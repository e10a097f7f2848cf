import { Prices } from '@/components/settings/prices'

export default function Page() {
  return <Prices />
}
