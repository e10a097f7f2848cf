import { General } from '@/components/settings/general'

export default function Page() {
  return <General />
}
