import { notFound } from 'next/navigation'
import { mayOpenConversation } from '@/lib/http/page'

/** One conversation. The layout shows the chat; the page gives it an address, and the answer 404 where there is none. */
export default async function ConversationPage({ params }: { params: Promise<{ id: string }> }) {
  if (!(await mayOpenConversation((await params).id))) notFound()
  return null
}
