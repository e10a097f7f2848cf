import { Budgets } from '@/components/settings/budgets/budgets'

export default function Page() {
  return <Budgets />
}
