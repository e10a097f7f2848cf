import { Prices } from '@/components/settings/prices/prices'

export default function Page() {
  return <Prices />
}
