// `npm run dev`: Next's development server on loopback, with time on exit to save running replies.
process.env.NEXT_EXIT_TIMEOUT_MS ??= '5000'
process.argv.splice(2, 0, 'dev', '-H', '127.0.0.1')
await import('next/dist/bin/next')
