import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as store from '../../../src/supervisor/protocol-store.ts'
import * as files from '../../../src/supervisor/protocol-files.ts'
import * as protocol from '../../../src/supervisor/protocol.ts'
import * as relay from '../../../src/supervisor/protocol-relay.ts'
import * as report from '../../../src/supervisor/protocol-report.ts'
import { violationsMax } from '../../../src/policy/filter.ts'
import { step } from '../../../src/supervisor/steps.ts'
import { enumerators, hasCompiler, measureStruct, nativeSource, structMembers } from './c-header.ts'

const header = ['protocol.h', 'protocol_files.h', 'protocol_relay.h', 'protocol_report.h', 'protocol_store.h']
  .map((name) => readFileSync(join(nativeSource, name), 'utf8'))
  .join('\n')
const steps = readFileSync(join(nativeSource, 'steps.h'), 'utf8')

const layouts = {
  frame_header: protocol.frameHeader,
  terminal_size: protocol.terminalSizeLayout,
  limits: protocol.limitsLayout,
  configure: protocol.configureLayout,
  notify_rule: protocol.notifyRuleLayout,
  violation: protocol.violationLayout,
  root_entry: protocol.rootEntryLayout,
  run_request: protocol.runRequestLayout,
  exec_request: protocol.execRequestLayout,
  exec_rlimit: protocol.execRlimitLayout,
  relay_request: relay.relayRequestLayout,
  relay_record: relay.relayRecordLayout,
  relay_summary: relay.relaySummaryLayout,
  exec_file: protocol.execFileLayout,
  collect_request: files.collectRequestLayout,
  collected: files.collectedLayout,
  collected_data: files.collectedDataLayout,
  blob_open: store.blobOpenLayout,
  blob_stored: store.blobStoredLayout,
  blob_place: store.blobPlaceLayout,
  packed_entry: files.packedEntryLayout,
  packed_attribute: files.packedAttributeLayout,
  ready: report.readyLayout,
  failure: report.failureLayout,
  usage: report.usageLayout,
  trace: report.traceLayout,
  report: report.reportLayout,
}

describe('the protocol is the one of native/src/protocol.h', () => {
  test.each([
    ['FRAME', protocol.frameType, ['LENGTH_MAX']],
    ['FEATURE', protocol.featureBit, []],
    ['CONFIGURE', protocol.configureFlag, []],
    ['NOTIFY', protocol.notifyAnswer, ['ANY_CALL']],
    ['READ', protocol.readKind, []],
    ['ROOT', protocol.rootKind, []],
    ['RUN', protocol.runFlag, []],
    ['FILE', protocol.fileFlag, []],
    ['BLOBS', { MAX: store.blobsMax }, []],
    ['EXEC', protocol.execFlag, []],
    ['PAIR', protocol.pairPart, []],
    ['STREAM', protocol.stream, []],
    ['CHANNELS', { MAX: protocol.channelsMax }, []],
    ['COLLECT', { ...files.collectKind, ...files.collectFlag }, []],
    ['COLLECTED', files.collectedKind, []],
    ['CHANGE', files.changeKind, []],
    ['ENTRY', files.entryKind, []],
    ['PACKED', files.packedKind, []],
    ['ATTRIBUTE_BYTES', { MAX: files.attributeBytesMax }, []],
    ['LEFT', files.leftReason, []],
    ['END', report.endedBy, []],
    ['REPORT', report.reportFlag, []],
  ] as const)('its %s constants are the same, and there are no others', (prefix, constants, others) => {
    const found = Object.entries(enumerators(header, prefix)).filter(
      ([name]) => !others.some((other) => other === name),
    )
    expect(Object.fromEntries(found)).toEqual(constants)
  })

  test('its steps are those of steps.h', () => {
    expect(enumerators(steps, 'STEP')).toEqual(step)
  })

  test('its version and the longest frame are the same', () => {
    expect(/PROTOCOL_VERSION = (\d+)/.exec(header)?.[1]).toBe(String(protocol.protocolVersion))
    const factors = /FRAME_LENGTH_MAX = ([\d *]+)/.exec(header)?.[1]?.split(' * ') ?? []
    expect(factors.reduce((product, factor) => product * Number(factor), 1)).toBe(protocol.frameLengthMax)
  })

  test('as many runs are under way, and as many pairs', () => {
    const runs = /RUNS_MAX = (\d+) \+ (\d+)/.exec(header)
    expect(Number(runs?.[1]) + Number(runs?.[2])).toBe(protocol.runsMax)
    expect(/PAIRS_MAX = (\d+)/.exec(header)?.[1]).toBe(String(protocol.pairsMax))
    expect(/GUESTS_MAX = (\d+)/.exec(header)?.[1]).toBe(String(protocol.guestsMax))
  })

  test('as many kinds of calls are told apart, and as much of an argument is read', () => {
    expect(enumerators(header, 'VIOLATIONS')).toEqual({ MAX: violationsMax })
    expect(enumerators(header, 'VIOLATION')).toEqual({ TEXT_BYTES: protocol.violationTextBytes })
    expect(header).toContain(`NOTIFY_ANY_CALL = ${protocol.anyCall},`)
  })

  test('every struct of the header has a layout here', () => {
    const structs = [...header.matchAll(/^struct (\w+) \{/gm)].map((match) => match[1])
    expect(new Set(structs)).toEqual(new Set(Object.keys(layouts)))
  })

  test.each(Object.entries(layouts))('struct %s has the same members in the same order', (name, layout) => {
    expect(structMembers(header, name)).toEqual(Object.keys(layout).filter((member) => member !== 'size'))
  })

  test.skipIf(!hasCompiler).each(Object.entries(layouts))(
    'struct %s is laid out as the compiler does',
    (name, layout) => {
      expect(measureStruct(name, structMembers(header, name))).toEqual(layout)
    },
  )
})
