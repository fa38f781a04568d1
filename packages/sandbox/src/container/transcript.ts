import { readUint64, viewOf } from '../supervisor/integers.ts'
import { pairPart } from '../supervisor/protocol.ts'
import { relayRecordLayout as of, relaySummaryLayout as at } from '../supervisor/protocol-relay.ts'

/** One of two connected commands. */
export type Side = 'left' | 'right'

/** What one of two connected commands said, as far as it was in one piece when it was passed on. */
export interface TranscriptEntry {
  readonly from: Side
  /** When it was passed on, since the start. */
  readonly atMs: number
  readonly bytes: Uint8Array
}

/** What two connected commands said to each other, in the order in which it was passed on. */
export interface Transcript {
  readonly entries: readonly TranscriptEntry[]
  /** There was no room for everything: the end is missing. */
  readonly truncated: boolean
}

/** What was written on the way from one of two connected commands to the other. */
export interface Way {
  /** As far as it was read: what nobody reads stays in a pipe. */
  readonly bytes: number
  /** Who ended it: who wrote and let go, or who read and let go. The other one then met EOF, or SIGPIPE. */
  readonly endedBy: Side
  /** Since the start. */
  readonly endedAtMs: number
}

/** struct relay_summary: what the relay counted and saw. */
export interface RelaySummary {
  readonly ways: Readonly<Record<Side, Omit<Way, 'endedAtMs'> & { readonly endedNs: number }>>
  readonly transcriptTruncated: boolean
  /** Undefined: both at once, as far as was seen. */
  readonly endedFirst: Side | undefined
}

const sides = ['left', 'right'] as const

function sideOf(part: number): Side {
  return part === pairPart.LEFT ? 'left' : 'right'
}

/** Reads what a relay leaves; undefined where it left nothing whole. */
export function readSummary(bytes: Buffer): RelaySummary | undefined {
  if (bytes.length !== at.size) return undefined
  const view = viewOf(bytes)
  const [left, right] = sides.map((_side, index) => ({
    bytes: readUint64(view, at.bytes + 8 * index),
    endedNs: readUint64(view, at.ended_ns + 8 * index),
    endedBy: sideOf(view.getUint32(at.ended_by + 4 * index, true)),
  }))
  if (left === undefined || right === undefined) return undefined
  return {
    ways: { left, right },
    transcriptTruncated: view.getUint32(at.transcript_truncated, true) !== 0,
    endedFirst: sides[view.getUint32(at.ended_first, true)],
  }
}

/** Reads the pieces that a relay kept; `startNs` is when their times begin. */
export function readTranscript(bytes: Buffer, startNs: number): readonly TranscriptEntry[] {
  const view = viewOf(bytes)
  const entries: TranscriptEntry[] = []
  for (let start = 0; start + of.size <= bytes.length;) {
    const end = start + of.size + view.getUint32(start + of.bytes, true)
    entries.push({
      from: sideOf(view.getUint32(start + of.from, true)),
      atMs: Math.max(0, readUint64(view, start + of.at_ns) - startNs) / 1e6,
      bytes: bytes.subarray(start + of.size, end),
    })
    start = end
  }
  return entries
}
