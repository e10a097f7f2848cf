import { notFound } from 'next/navigation'
import { mayOpenConversation } from '@/lib/http/page'

/** One conversation. The layout renders the chat; this page gives it an address, and the status 404 if it doesn't exist. */
export default async function ConversationPage({ params }: { params: Promise<{ id: string }> }) {
  if (!(await mayOpenConversation((await params).id))) notFound()
  return null
}
