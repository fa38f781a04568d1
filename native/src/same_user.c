#define _GNU_SOURCE
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/resource.h>

#include "privileges.h"
#include "syscalls.h"

enum {
	INIT = 1,
	IO_USER = 3, /* IOPRIO_WHO_USER */
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define EQUALS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

/*
 * The kernel lets a user change what their own processes may use, and here init is one of them: without descriptors or
 * a turn on a processor it would neither count nor obey. Arguments are ints, so their low halves are all there is.
 */
int protect_init(void)
{
	static struct sock_filter program[] = {
		/*  0 */ LOAD(nr),
		/*  1 */ EQUALS(SYS_prlimit64, 6, 0),
		/*  2 */ EQUALS(SYS_sched_setparam, 5, 0),
		/*  3 */ EQUALS(SYS_sched_setscheduler, 4, 0),
		/*  4 */ EQUALS(SYS_sched_setattr, 3, 0),
		/*  5 */ EQUALS(SYS_sched_setaffinity, 2, 0),
		/*  6 */ EQUALS(SYS_setpriority, 3, 0),
		/*  7 */ EQUALS(SYS_ioprio_set, 4, 9),
		/* (pid, ...) */
		/*  8 */ LOAD(args[0]),
		/*  9 */ EQUALS(INIT, 6, 7),
		/* (which, who, ...) */
		/* 10 */ LOAD(args[0]),
		/* 11 */ EQUALS(PRIO_USER, 4, 2),
		/* 12 */ LOAD(args[0]),
		/* 13 */ EQUALS(IO_USER, 2, 0),
		/* 14 */ LOAD(args[1]),
		/* 15 */ EQUALS(INIT, 0, 1),
		/* 16 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		/* 17 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_fprog filter = { .len = sizeof program / sizeof program[0], .filter = program };

	return install_filter(&filter);
}
