/** Calls that ordinary programs make and that reach nothing but what is their own, by what they are for. */
export const allowedCalls: readonly string[] = [
  ...words(`
    read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 lseek close close_range
    open openat openat2 creat dup dup2 dup3 fcntl flock pipe pipe2 sendfile splice tee vmsplice copy_file_range
    fsync fdatasync sync syncfs sync_file_range readahead fadvise64 fallocate truncate ftruncate
    stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getcwd
    chdir fchdir getdents getdents64 mkdir mkdirat rmdir mknod mknodat link linkat symlink symlinkat unlink unlinkat
    rename renameat renameat2 chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask
    utime utimes futimesat utimensat name_to_handle_at cachestat
    setxattr lsetxattr fsetxattr setxattrat getxattr lgetxattr fgetxattr getxattrat
    listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch file_getattr file_setattr`),
  ...words(`
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
    eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime
    io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents`),
  ...words(`
    brk mmap munmap mremap mprotect madvise msync mincore mlock mlock2 munlock mlockall munlockall mseal
    memfd_create memfd_secret remap_file_pages pkey_alloc pkey_free pkey_mprotect map_shadow_stack
    get_mempolicy set_mempolicy mbind set_mempolicy_home_node membarrier`),
  ...words(`
    fork vfork execve execveat exit exit_group wait4 waitid set_tid_address set_robust_list get_robust_list
    futex futex_waitv futex_wait futex_wake futex_requeue rseq restart_syscall prctl arch_prctl
    getpid gettid getppid getpgid setpgid getpgrp getsid setsid pidfd_open pidfd_send_signal
    getpriority setpriority ioprio_get ioprio_set sched_yield sched_getaffinity sched_setaffinity
    sched_getparam sched_setparam sched_getscheduler sched_setscheduler sched_getattr sched_setattr
    sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu
    getrlimit setrlimit prlimit64 getrusage times sysinfo uname process_mrelease`),
  ...words(`
    getuid geteuid getgid getegid getgroups getresuid getresgid setuid setgid setreuid setregid
    setresuid setresgid setfsuid setfsgid setgroups capget capset
    landlock_create_ruleset landlock_add_rule landlock_restrict_self`),
  ...words(`
    kill tkill tgkill pause rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait
    rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack alarm getitimer setitimer
    nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time
    timer_create timer_settime timer_gettime timer_getoverrun timer_delete getrandom`),
  ...words(`
    bind connect listen accept accept4 getsockname getpeername getsockopt setsockopt shutdown
    sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg
    shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr`),
]

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
