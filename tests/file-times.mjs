// A reporter of Vitest that writes how long each file took, its hooks included, to the file that `FILE_TIMES` names.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

export default class FileTimes {
  #seconds = {}

  onTestModuleEnd(module) {
    const { prepareDuration, environmentSetupDuration, setupDuration, collectDuration, duration } = module.diagnostic()
    const all = prepareDuration + environmentSetupDuration + setupDuration + collectDuration + duration
    this.#seconds[relative(process.cwd(), module.moduleId)] = all / 1000
  }

  onTestRunEnd() {
    if (process.env.FILE_TIMES) writeFileSync(process.env.FILE_TIMES, JSON.stringify(this.#seconds))
  }
}
