#define _GNU_SOURCE
#include "privileges.h"

#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "syscalls.h"

enum {
	LAST_SIGNAL = 64,
	/* more than any kernel knows; PR_CAPBSET_DROP says EINVAL at the first that is none */
	CAPABILITIES_MAX = 64,
	CPU_BYTES = 1024,
	DEFAULT_TIMER_SLACK_NS = 50000,
};

/* The kernel's struct sigaction, and the raw call: libc's keeps two real-time signals for itself and refuses them. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

int reset_signals(void)
{
	const struct kernel_sigaction standard = { .handler = SIG_DFL };
	const uint64_t none = 0;

	for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
		if (signal == SIGKILL || signal == SIGSTOP)
			continue;
		if (syscall(SYS_rt_sigaction, signal, &standard, NULL, sizeof standard.mask) != 0)
			return -errno;
	}
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none) != 0)
		return -errno;
	return prctl(PR_SET_PDEATHSIG, 0) != 0 ? -errno : 0;
}

/* A better nice value or class than the supervisor's own may be refused; then the supervisor's own stays. */
int reset_inherited(void)
{
	const struct sched_param ordinary = { .sched_priority = 0 };
	uint8_t all_cpus[CPU_BYTES];

	(void)umask(022);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	(void)syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &ordinary);
	(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));
	memset(all_cpus, 0xff, sizeof all_cpus);
	(void)syscall(SYS_sched_setaffinity, 0, sizeof all_cpus, all_cpus);
	if (prctl(PR_SET_TIMERSLACK, DEFAULT_TIMER_SLACK_NS) != 0)
		return -errno;
	return personality(PER_LINUX) < 0 ? -errno : 0;
}

int drop_capability_bounds(void)
{
	const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED |
	                           SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
	                           SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	if (prctl(PR_SET_SECUREBITS, bits) != 0)
		return -errno;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return -errno;
	for (unsigned long capability = 0; capability < CAPABILITIES_MAX; capability++) {
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
			continue;
		/* past the last capability of this kernel */
		return errno == EINVAL && capability > CAP_AUDIT_READ ? 0 : -errno;
	}
	return 0;
}

/* By raw calls, for this thread alone: libc's would signal other threads, of which there are none. */
int become_user(uid_t user, gid_t group)
{
	if (syscall(SYS_setresgid, group, group, group) != 0)
		return -errno;
	if (syscall(SYS_setresuid, user, user, user) != 0)
		return -errno;
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return -errno;
	return sys_capset_none();
}

int forbid_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? -errno : 0;
}

int install_filter(const struct sock_fprog *filter)
{
	return sys_seccomp_filter(filter, 0);
}

int install_notifying_filter(const struct sock_fprog *filter)
{
	const unsigned int listener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	/* Linux 5.19: a call that waits for its answer is interrupted by nothing but death, so it is noted once */
	const int fd = sys_seccomp_filter(filter, listener | 1U << 5 /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV */);

	return fd == -EINVAL ? sys_seccomp_filter(filter, listener) : fd;
}
