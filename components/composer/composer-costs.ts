export { ComposerFoot } from './composer-foot'
export { ComposerNotes } from './composer-notes'
export { CostWatch } from './cost-watch'
export { EstimateLine } from './estimate-line'
