import { stream, windowBytes } from '../supervisor/protocol.ts'
import type { Report } from '../supervisor/report.ts'
import { step } from '../supervisor/steps.ts'
import type { Exchange, Listener, Supervisor } from '../supervisor/supervisor.ts'
import type { FollowingFiles } from './following-files.ts'
import type { LoadedFiles } from './files.ts'
import { StreamSender } from './stdin.ts'

/**
 * Hands over a request, and then what follows it of its files. Where one of those cannot be read, the run is killed, and
 * its report rejects with why. A report that names a file does so by its number among the command's.
 */
export function handOver(
  supervisor: Supervisor,
  request: Buffer,
  files: LoadedFiles,
  listener: Listener | undefined,
): Exchange {
  if (files.placed.length === 0 && files.following === undefined) return supervisor.run(request, listener)
  const locate = (report: Report): Report =>
    report.failedStep === step.FILES ? { ...report, failedIndex: files.planOf(report.failedIndex) } : report
  if (files.following !== undefined) return withFiles(supervisor, request, files.following, listener, locate)
  const exchange = supervisor.run(request, listener)
  return { ...exchange, report: exchange.report.then(locate) }
}

function withFiles(
  supervisor: Supervisor,
  request: Buffer,
  following: FollowingFiles,
  listener: Listener | undefined,
  locate: (report: Report) => Report,
): Exchange {
  // Nothing goes before the container is there to take it.
  const window = { bytes: windowBytes, heldBytes: windowBytes }
  const sender = new StreamSender((bytes) => exchange.sendBytes(stream.FILES, bytes), window)
  const exchange = supervisor.run(request, {
    bytes: (number, bytes) => listener?.bytes?.(number, bytes),
    started: () => listener?.started?.(),
    used: (usage) => listener?.used?.(usage),
    taken: (number, bytes) => (number === stream.FILES ? sender.taken(bytes) : listener?.taken(number, bytes)),
  })
  const failure = sender.sendAll(following.bytes()).then(
    () => undefined,
    (error: unknown) => {
      exchange.kill()
      return { error }
    },
  )
  const report = exchange.report
    .finally(() => sender.over())
    .then(async (told) => {
      const failed = await failure
      if (failed === undefined) return locate(told)
      exchange.dropLayer()
      throw failed.error
    })
  return { ...exchange, report }
}
