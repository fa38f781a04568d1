export { needs } from './needs.ts'
export { hostKind, type HostKind } from './host-kind.ts'
