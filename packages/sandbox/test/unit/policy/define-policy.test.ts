import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { definePolicy, type PolicyDefinition } from '../../../src/policy/define-policy.ts'
import { startCalls } from '../../../src/policy/start-calls.ts'

const unixOnly = {
  call: 'socket',
  argument: 0,
  mask: 0xffff_ffff,
  values: [1],
  allowed: 'one of',
  otherwise: 'EPERM',
} as const

describe('a policy by its difference', () => {
  test('moves a call to where it is named', () => {
    const policy = definePolicy({
      extends: defaultPolicy,
      allow: ['ptrace'],
      deny: ['symlink', 'socket'],
      kill: ['mount'],
    })
    expect(policy.allow).toContain('ptrace')
    expect(policy.allow).not.toContain('symlink')
    expect(policy.refuse.EPERM).toEqual(expect.arrayContaining(['symlink', 'socket', 'setns']))
    expect(policy.refuse.EPERM).not.toContain('ptrace')
    expect(policy.refuse.EPERM).not.toContain('mount')
    expect(policy.conditional.map(({ call }) => call)).not.toContain('socket')
    expect(policy.kill).toEqual(['mount'])
    expect(policy.unnamed).toBe('ENOSYS')
  })

  test('tells of what it denies, and no more of what it allows', () => {
    const policy = definePolicy({ extends: defaultPolicy, allow: ['ptrace', 'connect'], deny: ['symlink'] })
    const told = policy.report?.map(({ call }) => call)
    expect(told).toEqual(expect.arrayContaining(['symlink', 'connect', 'mount']))
    expect(told).not.toContain('ptrace')
  })

  test('tells of what `report` says instead, in the usual words or others', () => {
    const own = { call: 'open', words: [{ argument: 1, as: 'number' }] } as const
    const { report } = definePolicy({ extends: defaultPolicy, report: ['mount', own] })
    expect(report).toEqual([
      {
        call: 'mount',
        words: [
          { argument: 0, as: 'string' },
          { argument: 1, as: 'string' },
        ],
      },
      own,
    ])
    expect(definePolicy({ extends: defaultPolicy, report: [] }).report).toEqual([])
  })

  test('allows nothing but what a start needs where it extends no other', () => {
    expect(definePolicy({})).toMatchObject({ unnamed: 'ENOSYS', allow: startCalls, conditional: [] })
  })

  test('tells of what the default policy tells of where it extends no other, but for what it allows', () => {
    const told = definePolicy({ allow: ['ptrace', 'connect'] }).report?.map(({ call }) => call)
    expect(told).toEqual(defaultPolicy.report?.map(({ call }) => call).filter((call) => call !== 'ptrace'))
  })

  test('takes a condition in place of a name', () => {
    const policy = definePolicy({ extends: defaultPolicy, allow: [unixOnly] })
    expect(policy.conditional.filter(({ call }) => call === 'socket')).toEqual([unixOnly])
  })

  test('leaves the one that it extends as it was', () => {
    const before = structuredClone(defaultPolicy)
    definePolicy({ extends: defaultPolicy, deny: ['symlink'], kill: ['mount'] })
    expect(defaultPolicy).toEqual(before)
  })

  test.each([
    [{ allow: ['opn'] }, "`policy.allow[0]` must name a system call, got 'opn'"],
    [{ deny: ['mount', 'toString'] }, "`policy.deny[1]` must name a system call, got 'toString'"],
    [{ kill: [''] }, "`policy.kill[0]` must name a system call, got ''"],
    [{ report: ['nonsense'] }, "`policy.report[0]` must name a system call, got 'nonsense'"],
    [{ report: [{ call: 'nonsense' }] }, "`policy.report[0]` must name a system call, got 'nonsense'"],
    [{ allow: [5] }, '`policy.allow[0]` must name a system call, got undefined'],
    [{ allow: [null] }, '`policy.allow[0]` must be an object, got null'],
    [{ allow: ['mount'], deny: ['mount'] }, "`policy` must name each call once, got 'mount'"],
    [{ deny: ['execve'] }, "`policy.deny` must leave alone what a container's start needs, got 'execve'"],
    [{ kill: ['sendmsg'] }, "`policy.kill` must leave alone what a container's start needs, got 'sendmsg'"],
    [{ report: ['sendmsg'] }, "`policy.report[0].call` must be none of sendmsg, close, got 'sendmsg'"],
    [
      { report: [{ call: 'open', words: [{ argument: 0, as: 'text' }] }] },
      /^`policy.report\[0\].words\[0\].as` must be one of string, address, .*, got 'text'$/,
    ],
    [
      { report: [{ call: 'open', words: [0, 1, 2].map((argument) => ({ argument, as: 'string' })) }] },
      '`policy.report[0].words` must read at most 2 arguments, got 3',
    ],
    [
      { report: [{ call: 'open', when: { argument: 9, is: 1 } }] },
      /`policy.report\[0\].when.argument` must be an integer/,
    ],
    [{ refuse: {} }, "`policy` must have no properties but extends, allow, deny, kill, report, got 'refuse'"],
  ])('refuses %j', (definition, message) => {
    const define = (): unknown => definePolicy(definition as PolicyDefinition)
    expect(define).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(define).toThrow(message)
  })
})
