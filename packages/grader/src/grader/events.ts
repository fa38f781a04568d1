import type { CompileResult, GradeResult, GroupResult, TestResult } from '../judge/result.ts'

/** What happens while a submission is judged, as it happens. */
export type GradeEvent =
  | { readonly type: 'compiling'; readonly submission: string }
  | { readonly type: 'compiled'; readonly compile: CompileResult }
  | { readonly type: 'test'; readonly test: TestResult }
  | { readonly type: 'group'; readonly group: GroupResult }
  | { readonly type: 'done'; readonly result: GradeResult }
