/**
 * Whether all tests run, as `npm run test:full` has it, or what `npm test` needs to be quick: without the `.full.` files,
 * with fewer rounds of what is random, and one database engine where a suite holds nothing of its own in SQL.
 */
export const full = process.env.RILL_TESTS === 'full'

/** Files that hold clocks or memory run one by one, after all others, so that nothing competes with them. */
export const aloneFiles = '**/*.alone.{test,spec}.ts'

/** Files that only the full run has: soaks, the container image, long matrices. They run alone too. */
export const fullFiles = '**/*.full.{test,spec}.ts'
