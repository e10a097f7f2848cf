import { MessagePage } from '@/components/page/message-page'

export default function NotFound() {
  return <MessagePage title="Page not found" message="The link may be broken or incomplete." />
}
