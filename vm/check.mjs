// What the programs that are run in the machine share: checks that are counted, and the line that says how many held.
import assert from 'node:assert/strict'

let passedCount = 0
let failedCount = 0

export async function check(sentence, behaviour) {
  try {
    await behaviour()
    passedCount += 1
    console.log(`  ok   ${sentence}`)
  } catch (error) {
    failedCount += 1
    console.log(`FAILED ${sentence}\n${error.stack}`)
  }
}

/** `detail` is the exit code, or the name of the limit. */
export function assertEnded(result, status, detail) {
  const { status: ended, exitCode, limit, evidence } = result
  const wanted = JSON.stringify({ ended, exitCode, limit, evidence, stderr: String(result.stderr) })
  assert.equal(ended, status, wanted)
  assert.equal(exitCode ?? limit, detail, wanted)
}

/** Says how many held, and ends with a status that says whether all did. */
export function finish() {
  console.log(`${passedCount} passed, ${failedCount} failed`)
  process.exitCode = failedCount === 0 ? 0 : 1
}
