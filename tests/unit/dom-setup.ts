import { configure } from '@testing-library/react'

// For a machine that is busy with other things: nothing waits so long on purpose.
configure({ asyncUtilTimeout: 10_000 })
