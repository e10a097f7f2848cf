import { Budgets } from '@/components/settings/budgets'

export default function Page() {
  return <Budgets />
}
