import { Socket } from 'node:net'
import { FrameReader, newFrame, type Frame } from '../../../src/supervisor/frames.ts'
import { frameHeader, frameType, protocolVersion } from '../../../src/supervisor/protocol.ts'
import { failureLayout, readyLayout, reportLayout } from '../../../src/supervisor/protocol-report.ts'

/**
 * The other end of the wire, as a process of its own: it does what the body of a frame says. It stands in for no code
 * of ours; it shows what our end does with whatever a supervisor may say.
 */
const socket = new Socket({ fd: 3, allowHalfOpen: true })
const last = { stdinBytes: 0, run: 0, killCount: 0, reportsAtEnd: false }

function send(type: number, run: number, body: Buffer): void {
  const frame = newFrame(type, run, body.length)
  body.copy(frame, frameHeader.size)
  socket.write(frame)
}

function ready(version: number): void {
  const body = Buffer.alloc(readyLayout.size)
  body.writeUInt32LE(version, readyLayout.version)
  body.writeUInt32LE(0b10_0100, readyLayout.missing)
  send(frameType.READY, 0, body)
}

function failure(run: number, step: number, errno: number, detail: string): void {
  const body = Buffer.alloc(failureLayout.size + detail.length)
  body.writeUInt32LE(step, failureLayout.step)
  body.writeUInt32LE(errno, failureLayout.error)
  body.write(detail, failureLayout.size)
  send(frameType.FAILED, run, body)
}

function report(run: number, stdout: string): void {
  const body = Buffer.alloc(reportLayout.size + stdout.length)
  body.writeUInt32LE(stdout.length, reportLayout.stdout_bytes)
  body.writeUInt32LE(7, reportLayout.pool_ready)
  body.write(stdout, reportLayout.size)
  send(frameType.REPORT, run, body)
}

const configurations: Readonly<Record<string, () => void>> = {
  ready: () => ready(protocolVersion),
  'other version': () => ready(protocolVersion + 1),
  'no cgroups': () => {
    failure(0, 2, 95, 'memory')
    socket.end()
  },
  'no word': () => {
    process.stderr.write('something is wrong\n')
    process.exitCode = 3
    socket.end()
  },
}

const runs: Readonly<Record<string, (run: number) => void>> = {
  report: (run) => report(run, `run ${run}`),
  fail: (run) => failure(run, 22, 11, ''),
  hang: (run) => {
    last.run = run
  },
  'hang, and report at the end': (run) => {
    last.run = run
    last.reportsAtEnd = true
  },
  'report the one that hangs': () => report(last.run, 'late'),
  'report twice': (run) => {
    report(run, 'first')
    report(run, 'second')
  },
  'count kills': (run) => report(run, `${last.killCount} kills`),
  'count stdin': (run) => {
    last.run = run
    last.stdinBytes = 0
  },
  garbage: () => socket.write(Buffer.alloc(64, 0xff)),
  'unknown frame': (run) => send(99, run, Buffer.alloc(0)),
  die: () => {
    process.stderr.write('dying words\n', () => process.kill(process.pid, 'SIGKILL'))
  },
}

function stdin(run: number, body: Buffer): void {
  last.stdinBytes += body.length
  if (body.length === 0) return report(run, `${last.stdinBytes} bytes`)
  const taken = Buffer.alloc(8)
  taken.writeUInt32LE(body.length)
  send(frameType.TAKEN, run, taken)
}

function kill(run: number): void {
  last.killCount++
  report(run, 'killed')
}

function take({ type, run, body }: Frame): void {
  if (type === frameType.CONFIGURE) configurations[body.toString()]?.()
  else if (type === frameType.RUN) runs[body.toString()]?.(run)
  else if (type === frameType.BYTES) stdin(run, body)
  else if (type === frameType.KILL) kill(run)
}

socket.on('end', () => {
  if (last.reportsAtEnd) report(last.run, 'at the end')
  socket.end()
})

const reader = new FrameReader(take)
socket.on('data', (chunk) => reader.push(chunk))
