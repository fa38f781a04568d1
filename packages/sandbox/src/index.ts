export { ImageCache, type CachedImage } from './image/image-cache.ts'
export { createSandbox } from './sandbox/create-sandbox.ts'
export { inspectHost } from './sandbox/inspect-host.ts'
export { SandboxError } from './errors.ts'
export { defaultPolicy } from './policy/default-policy.ts'
export { definePolicy } from './policy/define-policy.ts'
export { learningPolicy, learnPolicy } from './policy/learn.ts'
export { GiB, KiB, MiB } from './units.ts'
export type { ChangedPath, Changes, CollectedEntry, EntryType, LeftFile, LeftReason } from './container/collect.ts'
export type { Argv, Command } from './container/command.ts'
export type { ConnectResult, Stage } from './container/connect.ts'
export type { Side, Transcript, TranscriptEntry, Way } from './container/transcript.ts'
export type { StoredBlob } from './container/blob.ts'
export type {
  CommandLimits,
  Container,
  ContainerEntry,
  ContainerLimits,
  ContainerReport,
  ContainerRunOptions,
  ContainerSpawnOptions,
  FreezeOptions,
} from './container/container.ts'
export type { FileSource } from './container/files.ts'
export type { ImageConfig, ImageUser } from './image/image-config.ts'
export type { ImageRecord } from './image/image-record.ts'
export type { Layer } from './container/layer.ts'
export type { Mount } from './image/mounts.ts'
export type { Ending, Evidence } from './container/outcome.ts'
export type { Output, RunReport, RunResult, Usage } from './container/result.ts'
export type { TerminalSize } from './container/attachment.ts'
export type { RenewableLimits, RunningCommand, RunningUsage } from './container/running-command.ts'
export type { Signal } from './container/signals.ts'
export type { RunTrace } from './container/trace.ts'
export type { Violation } from './container/violations.ts'
export type { SandboxErrorCode } from './errors.ts'
export type { HostFeature } from './features.ts'
export type { FeatureReport, FeatureState, HostReport } from './host/report.ts'
export type { ContainerKind } from './host/surroundings.ts'
export type { LimitName, Limits } from './limits.ts'
export type { PolicyDefinition } from './policy/define-policy.ts'
export type { LearningReport } from './policy/learn.ts'
export type {
  ArgumentWord,
  ConditionalCall,
  Policy,
  RefusedWith,
  ReportCondition,
  ReportedCall,
  WordKind,
} from './policy/policy.ts'
export type { Network, Proc } from './sandbox/make.ts'
export type { ConnectOptions, LoadOptions, RunOptions, SandboxOptions, SpawnOptions, Warm } from './sandbox/options.ts'
export type { OpenOptions } from './sandbox/open-options.ts'
export type { Sandbox, SandboxStats } from './sandbox/contract.ts'
export type { StoreOptions, StoreSource } from './sandbox/store.ts'
