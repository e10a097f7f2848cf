import { Shortcuts } from '@/components/settings/shortcuts'

export default function Page() {
  return <Shortcuts />
}
