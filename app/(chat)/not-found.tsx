import { MessagePage } from '@/components/shell/message-page'

export default function NotFound() {
  return (
    <MessagePage
      title="There is no page at this address"
      words="It may have been moved, or the address was cut when it was copied."
    />
  )
}
