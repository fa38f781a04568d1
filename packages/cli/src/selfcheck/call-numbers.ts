interface Numbers {
  readonly x64: number
  readonly arm64: number
}

const both = (number: number): Numbers => ({ x64: number, arm64: number })

/** The calls that probes make, by their numbers in asm/unistd_64.h and asm-generic/unistd.h. */
export const callNumbers = {
  accept4: { x64: 288, arm64: 242 },
  acct: { x64: 163, arm64: 89 },
  add_key: { x64: 248, arm64: 217 },
  bind: { x64: 49, arm64: 200 },
  bpf: { x64: 321, arm64: 280 },
  clone: { x64: 56, arm64: 220 },
  clone3: both(435),
  connect: { x64: 42, arm64: 203 },
  exit_group: { x64: 231, arm64: 94 },
  getpid: { x64: 39, arm64: 172 },
  init_module: { x64: 175, arm64: 105 },
  io_uring_enter: both(426),
  io_uring_register: both(427),
  io_uring_setup: both(425),
  ioctl: { x64: 16, arm64: 29 },
  kcmp: { x64: 312, arm64: 272 },
  kexec_load: { x64: 246, arm64: 104 },
  keyctl: { x64: 250, arm64: 219 },
  kill: { x64: 62, arm64: 129 },
  mount: { x64: 165, arm64: 40 },
  mount_setattr: both(442),
  move_mount: both(429),
  open_by_handle_at: { x64: 304, arm64: 265 },
  open_tree: both(428),
  perf_event_open: { x64: 298, arm64: 241 },
  personality: { x64: 135, arm64: 92 },
  pidfd_getfd: both(438),
  pivot_root: { x64: 155, arm64: 41 },
  prctl: { x64: 157, arm64: 167 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  ptrace: { x64: 101, arm64: 117 },
  quotactl: { x64: 179, arm64: 60 },
  reboot: { x64: 169, arm64: 142 },
  request_key: { x64: 249, arm64: 218 },
  seccomp: { x64: 317, arm64: 277 },
  setns: { x64: 308, arm64: 268 },
  socket: { x64: 41, arm64: 198 },
  swapon: { x64: 167, arm64: 224 },
  syslog: { x64: 103, arm64: 116 },
  umount2: { x64: 166, arm64: 39 },
  unshare: { x64: 272, arm64: 97 },
  userfaultfd: { x64: 323, arm64: 282 },
  write: { x64: 1, arm64: 64 },
} as const satisfies Readonly<Record<string, Numbers>>

export type CallName = keyof typeof callNumbers
