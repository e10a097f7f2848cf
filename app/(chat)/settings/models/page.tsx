import { Models } from '@/components/settings/models'

export default function Page() {
  return <Models />
}
