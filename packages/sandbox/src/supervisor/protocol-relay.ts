/** The wire, of two runs that are connected: native/src/protocol_relay.h, which a test compares with this. */

export const relayRequestLayout = { size: 24, bytes_max: 0, transcript_bytes: 16 } as const

export const relayRecordLayout = { size: 16, at_ns: 0, from: 8, bytes: 12 } as const

export const relaySummaryLayout = {
  size: 48,
  bytes: 0,
  ended_ns: 16,
  ended_by: 32,
  transcript_truncated: 40,
  ended_first: 44,
} as const
