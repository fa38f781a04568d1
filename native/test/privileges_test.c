/* What a stub gives up, looked up in /proc of the process that gave it up. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "privileges.h"
#include "scratch.h"

enum { SOMEBODY = 12345 };

static bool resets_signals(void *unused)
{
	sigset_t all;
	(void)unused;
	sigfillset(&all);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGRTMAX, SIG_IGN);
	sigprocmask(SIG_BLOCK, &all, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	int death_signal = -1;
	return status_mask("self", "SigBlk") != 0 && status_mask("self", "SigIgn") != 0 && reset_signals() == 0 &&
		status_mask("self", "SigBlk") == 0 && status_mask("self", "SigIgn") == 0 && status_mask("self", "SigCgt") == 0 &&
		prctl(PR_GET_PDEATHSIG, &death_signal) == 0 && death_signal == 0;
}

static bool resets_inherited(void *unused)
{
	cpu_set_t one, after;
	(void)unused;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	umask(0777);
	sched_setaffinity(0, sizeof one, &one);
	prctl(PR_SET_TIMERSLACK, 1);
	personality(ADDR_NO_RANDOMIZE);
	if (reset_inherited() != 0 || sched_getaffinity(0, sizeof after, &after) != 0)
		return false;
	return umask(0) == 022 && prctl(PR_GET_TIMERSLACK) == 50000 && personality(0xffffffff) == PER_LINUX &&
		CPU_COUNT(&after) == sysconf(_SC_NPROCESSORS_ONLN);
}

static bool gives_up_everything(void)
{
	return drop_capability_bounds() == 0 && become_user(SOMEBODY, SOMEBODY + 1) == 0 && forbid_new_privileges() == 0;
}

static bool has_no_capabilities(void *unused)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" };
	(void)unused;
	if (status_mask("self", "CapBnd") == 0 || !gives_up_everything())
		return false;
	for (int i = 0; i < 5; i++) {
		if (status_mask("self", sets[i]) != 0)
			return false;
	}
	return true;
}

/* Root of nothing but with every capability, as the stub of an ordinary user's sandbox: no change of ids takes them. */
static bool become_capable_somebody(void)
{
	return setresgid(SOMEBODY, SOMEBODY, SOMEBODY) == 0 && setresuid(SOMEBODY, SOMEBODY, SOMEBODY) == 0 &&
		prctl(PR_SET_DUMPABLE, 1) == 0 && unshare(CLONE_NEWUSER) == 0 &&
		scratch_write(AT_FDCWD, "/proc/self/setgroups", "deny") &&
		scratch_write(AT_FDCWD, "/proc/self/uid_map", "12345 12345 1") &&
		scratch_write(AT_FDCWD, "/proc/self/gid_map", "12345 12345 1") && status_mask("self", "CapEff") != 0;
}

static bool somebody_has_no_capabilities(void *unused)
{
	(void)unused;
	return become_capable_somebody() && drop_capability_bounds() == 0 && become_user(SOMEBODY, SOMEBODY) == 0 &&
		status_mask("self", "CapEff") == 0 && status_mask("self", "CapPrm") == 0 && status_mask("self", "CapInh") == 0;
}

static bool is_somebody(void *unused)
{
	uid_t user[3];
	gid_t group[3];
	(void)unused;
	if (!gives_up_everything() || getresuid(&user[0], &user[1], &user[2]) != 0 ||
	    getresgid(&group[0], &group[1], &group[2]) != 0)
		return false;
	for (int i = 0; i < 3; i++) {
		if (user[i] != SOMEBODY || group[i] != SOMEBODY + 1)
			return false;
	}
	return setuid(0) != 0 && errno == EPERM && setgid(0) != 0 && errno == EPERM;
}

static bool cannot_get_them_back(void *unused)
{
	const int locked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
	                   SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
	(void)unused;
	return gives_up_everything() && prctl(PR_GET_SECUREBITS) == locked && status_number("self", "NoNewPrivs") == 1 &&
		prctl(PR_SET_SECUREBITS, 0) != 0 && prctl(PR_GET_DUMPABLE) == 0;
}

int main(void)
{
	check(holds_in_child(resets_signals, NULL), "no signal stays blocked, ignored or handled");
	check(holds_in_child(resets_inherited, NULL), "umask, CPUs, timer slack and personality are those of a fresh login");
	if (geteuid() != 0) {
		skip("every capability set is empty", "not root");
		return check_report();
	}
	check(holds_in_child(has_no_capabilities, NULL), "every capability set is empty, the bounding and ambient ones too");
	check(holds_in_child(somebody_has_no_capabilities, NULL), "nor has one left who was not root before");
	check(holds_in_child(is_somebody, NULL), "no id is root's any more, nor can become it");
	check(holds_in_child(cannot_get_them_back, NULL), "no exec brings capabilities back, and nobody unlocks that");
	return check_report();
}
