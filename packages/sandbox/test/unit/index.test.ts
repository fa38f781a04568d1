import type { Readable, Writable } from 'node:stream'
import { expect, expectTypeOf, test } from 'vitest'
import * as sandbox from '../../src/index.ts'
import type { Command, Layer, Limits, RunOptions, RunResult, Sandbox, Signal, StoredBlob } from '../../src/index.ts'

test('the package exports these names and no others', () => {
  expect(Object.keys(sandbox).sort()).toEqual([
    ...[
      'GiB',
      'ImageCache',
      'KiB',
      'MiB',
      'SandboxError',
      'createSandbox',
      'defaultPolicy',
      'definePolicy',
      'inspectHost',
    ],
    ...['learnPolicy', 'learningPolicy'],
  ])
  expect([sandbox.KiB, sandbox.MiB, sandbox.GiB]).toEqual([1024, 1024 ** 2, 1024 ** 3])
})

test('a result is told apart by its status', () => {
  expectTypeOf<Extract<RunResult, { status: 'exited' }>['exitCode']>().toEqualTypeOf<number>()
  expectTypeOf<Extract<RunResult, { status: 'signaled' }>['signal']>().toEqualTypeOf<Signal>()
  expectTypeOf<Extract<RunResult, { status: 'limited' }>['limit']>().toEqualTypeOf<sandbox.LimitName>()
  expectTypeOf<RunResult['status']>().toEqualTypeOf<'exited' | 'signaled' | 'limited'>()
})

test('a layer goes out to a path or a stream, and comes in from one', () => {
  expectTypeOf<Parameters<Layer['save']>[0]>().toEqualTypeOf<string | Writable>()
  expectTypeOf<Parameters<Sandbox['loadLayer']>[0]>().toEqualTypeOf<string | Readable>()
  expectTypeOf<Awaited<ReturnType<Sandbox['loadLayer']>>>().toEqualTypeOf<Layer>()
  expectTypeOf<sandbox.LoadOptions>().toEqualTypeOf<Omit<RunOptions, 'freeze'>>()
})

test('what to collect is paths and patterns, or what changed', () => {
  expectTypeOf<Command['collect']>().toEqualTypeOf<readonly string[] | 'changes' | undefined>()
  expectTypeOf<RunResult['changes']>().toEqualTypeOf<sandbox.Changes | undefined>()
  expectTypeOf<sandbox.ChangedPath['type']>().toEqualTypeOf<sandbox.EntryType>()
})

test('run takes a command, limits and options, and limits are numbers', () => {
  expectTypeOf<Sandbox['run']>().toEqualTypeOf<
    (command: readonly string[] | Command, limits?: Partial<Limits>, options?: RunOptions) => Promise<RunResult>
  >()
  expectTypeOf<Limits[keyof Limits]>().toEqualTypeOf<number>()
  expectTypeOf<Sandbox>().toExtend<AsyncDisposable>()
})

test('a sandbox and its runs say in the same words what a container is made like', () => {
  expectTypeOf<sandbox.Network>().toEqualTypeOf<'none' | 'loopback'>()
  expectTypeOf<sandbox.Proc>().toEqualTypeOf<'pid' | 'full'>()
  expectTypeOf<Pick<RunOptions, 'image' | 'network' | 'proc' | 'policy'>>().toEqualTypeOf<
    Pick<sandbox.SandboxOptions, 'image' | 'network' | 'proc' | 'policy'>
  >()
})

test('a layer is what a run may leave and another may stand on', () => {
  expectTypeOf<RunResult['layer']>().toEqualTypeOf<Layer | undefined>()
  expectTypeOf<Command['base']>().toEqualTypeOf<Layer | undefined>()
  expectTypeOf<Layer>().toExtend<AsyncDisposable>()
})

test('what is stored is a file of any run', () => {
  expectTypeOf<Sandbox['store']>().toEqualTypeOf<
    (content: sandbox.StoreSource, options?: sandbox.StoreOptions) => Promise<StoredBlob>
  >()
  expectTypeOf<StoredBlob>().toExtend<sandbox.FileSource>()
  expectTypeOf<{ content: StoredBlob }>().toExtend<sandbox.FileSource>()
  expectTypeOf<StoredBlob>().toExtend<AsyncDisposable>()
})

test('an error has a code to decide by, and what is known beside it', () => {
  const cause = new Error('why')
  const error = new sandbox.SandboxError('CONTAINER_FAILED', 'what', { errno: 'EPERM', path: '/x', cause })
  expect(error).toMatchObject({ name: 'SandboxError', code: 'CONTAINER_FAILED', errno: 'EPERM', path: '/x', cause })
  expect(error).toBeInstanceOf(Error)
  expect(Object.keys(new sandbox.SandboxError('QUEUE_FULL', 'x'))).toEqual(['name', 'code'])
})

test('a container that is kept open is closed by `await using`, and its commands are like any other', () => {
  expectTypeOf<Sandbox['open']>().returns.resolves.toExtend<AsyncDisposable>()
  expectTypeOf<sandbox.Container['run']>().returns.resolves.toEqualTypeOf<RunResult>()
  expectTypeOf<sandbox.Container['spawn']>().returns.resolves.toEqualTypeOf<sandbox.RunningCommand>()
  expectTypeOf<sandbox.Container['freeze']>().returns.resolves.toEqualTypeOf<Layer>()
  expectTypeOf<keyof sandbox.CommandLimits>().toEqualTypeOf<Exclude<keyof Limits, 'diskBytes' | 'inodeCount'>>()
})
