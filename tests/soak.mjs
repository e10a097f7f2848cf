// `npm run soak`: the soak of tests/integration for three minutes, or for RILL_SOAK_SECONDS.
process.env.RILL_SOAK_SECONDS ||= '180'
process.argv.splice(2, Number.POSITIVE_INFINITY, 'tests/integration/operation/soak.full.test.ts')
await import('./run.mjs')
