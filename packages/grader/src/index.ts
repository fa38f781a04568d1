export { GraderError } from './errors.ts'
export { createGrader } from './grader/create-grader.ts'
export { loadProblem } from './formats/load.ts'
export { readDmoj } from './formats/dmoj/package.ts'
export { readFolder } from './formats/folder.ts'
export { readSubmission } from './grader/grader.ts'
export { bigOf, verdicts } from './verdict/verdict.ts'
export { judgementTypes } from './verdict/ccs.ts'
export { decide } from './verdict/precedence.ts'
export { reportFormats, writeReport } from './reports/report.ts'
export { visible, visibleLine } from './reports/visible.ts'
export { languages } from './languages/table.ts'
export { evaluateAnswers } from './tasks/evaluate-answers.ts'
export { extractCode } from './tasks/extract-code.ts'
export { passAtK } from './tasks/pass-at-k.ts'
export { readAnswers, readTasks } from './tasks/read-tasks.ts'
export type { FolderOptions } from './formats/folder.ts'
export type { GraderErrorCode, GraderErrorPlace } from './errors.ts'
export type { GradeEvent } from './grader/events.ts'
export type { Grader } from './grader/grader.ts'
export type { GradeOptions, GraderOptions } from './grader/options.ts'
export type {
  Capture,
  CompileResult,
  Cost,
  Feedback,
  GradeResult,
  GroupResult,
  Provenance,
  TestResult,
  VerdictEvidence,
} from './judge/result.ts'
export type { Evaluate } from './judge/evaluate.ts'
export type { ReplayReport } from './grader/replay.ts'
export type { LanguageReport } from './languages/installed.ts'
export type { Build, Language } from './languages/language.ts'
export type {
  Blob,
  Compare,
  ComparedTexts,
  Expectation,
  FunctionVerdict,
  Group,
  Problem,
  ProblemFormat,
  ProblemLimits,
  ProblemSubmission,
  ProgramSource,
  Probe,
  Protocol,
  Scoring,
  SourceFiles,
  Test,
  TestLimits,
  TimingRule,
} from './problem/problem.ts'
export type { JudgementType } from './verdict/ccs.ts'
export type { Audience, ReportOptions } from './reports/case.ts'
export type { ReportFormat } from './reports/report.ts'
export type { CheckResult, JudgedLimits, RunFacts } from './verdict/facts.ts'
export type { Decision, TestFacts } from './verdict/precedence.ts'
export type { Big, Verdict } from './verdict/verdict.ts'
export type { EvaluateOptions, Evaluation, JudgedAnswer } from './tasks/evaluate-answers.ts'
export type { CodeAnswer, CodeTask, CodeTaskOptions } from './tasks/task.ts'
export type { TimeLimits } from './verify/calibrate.ts'
export type { ControlName, ControlReport } from './verify/controls.ts'
export type { SubmissionReport, VerifyOptions, VerifyReport } from './verify/verify.ts'
