/* A real filter in a process of its own, and a real watcher that answers its calls. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "privileges.h"
#include "scope.h"
#include "watcher.h"

enum { KINDS_MAX = 3 };

static const int notified[] = { SYS_acct, SYS_connect, SYS_swapoff, SYS_sethostname };

/* Of swapoff nobody has a rule. */
static const struct notify_rule rules[] = {
	{ .call = SYS_acct, .answer = EPERM, .read_argument = { 0 }, .read_kind = { READ_STRING } },
	{ .call = SYS_connect, .answer = NOTIFY_CONTINUE, .read_argument = { 1 }, .read_kind = { READ_SOCKET_ADDRESS } },
	{ .call = SYS_sethostname, .answer = NOTIFY_KILL },
};

struct watched {
	int status;             /* of the process under the filter */
	int watcher_status;
	struct violations *found;
};

static int install(void)
{
	enum { CALLS = sizeof notified / sizeof notified[0], LENGTH = 1 + 2 * CALLS + 1 };
	struct sock_filter code[LENGTH] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
	for (size_t i = 0; i < CALLS; i++) {
		code[1 + 2 * i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)notified[i], 0, 1);
		code[2 + 2 * i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	}
	code[LENGTH - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog filter = { .len = LENGTH, .filter = code };
	return forbid_new_privileges() < 0 ? -1 : install_notifying_filter(&filter);
}

static _Noreturn void be_watched(int socket, int (*work)(void))
{
	prctl(PR_SET_NAME, "caller");
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	const int listener = install();
	if (listener < 0 || listener_send(socket, listener) < 0)
		_exit(99);
	close(listener);
	close(socket);
	_exit(work());
}

static _Noreturn void be_watcher(int listener, struct violations *found, const struct shared *shared, bool loopback)
{
	const struct watcher watcher = {
		.listener = listener, .rule_count = sizeof rules / sizeof rules[0], .violation_max = KINDS_MAX, .rules = rules,
		.loopback = loopback, .found = found, .shared = shared,
	};
	watcher_main(&watcher);
}

/* Lets a process do `work` under the filter until both it and its watcher have ended. */
static struct watched watch_with(int (*work)(void), bool loopback)
{
	struct watched watched = { -1, -1, violations_map(KINDS_MAX) };
	struct shared shared = { .started_ns = monotonic_ns() };
	int pair[2];
	fflush(stdout);
	if (watched.found == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	const pid_t caller = fork();
	if (caller == 0)
		be_watched(pair[1], work);
	close(pair[1]);
	const int listener = listener_receive(pair[0]);
	close(pair[0]);
	const pid_t watcher = fork();
	if (watcher == 0)
		be_watcher(listener, watched.found, &shared, loopback);
	close(listener);
	waitpid(caller, &watched.status, 0);
	waitpid(watcher, &watched.watcher_status, 0);
	return watched;
}

static struct watched watch(int (*work)(void))
{
	return watch_with(work, false);
}

static void forget(struct watched *watched)
{
	munmap(watched->found, sizeof *watched->found + KINDS_MAX * sizeof watched->found->kinds[0]);
}

static int refused_with(long result)
{
	return result < 0 ? errno : 0;
}

static int call_acct(void)
{
	for (int i = 0; i < 3; i++) {
		if (refused_with(syscall(SYS_acct, "/first/path")) != EPERM)
			return 1;
	}
	return refused_with(syscall(SYS_acct, "/second")) == EPERM ? 0 : 2;
}

static void answered(void)
{
	struct watched watched = watch(call_acct);
	const struct violation *first = &watched.found->kinds[0], *second = &watched.found->kinds[1];
	check_equal(watched.status, 0, "a call is answered with the errno of its rule");
	check_equal(watched.watcher_status, 0, "the watcher ends with the last process under the filter");
	check(watched.found->count == 2 && watched.found->refusal_count == 4, "calls of one kind are counted, not listed");
	check(first->count == 3 && second->count == 1 && first->call == SYS_acct && first->answer == EPERM, "each kind has its count");
	check(first->text_bytes[0] == 11 && memcmp(first->text[0], "/first/path", 12) == 0 && memcmp(second->text[0], "/second", 8) == 0,
		"a string is read up to its end");
	check(strcmp(first->program, "caller") == 0, "the caller's program is named");
	check_between(first->at_ms, 0, 60000, "the time since the start is told");
	check(first->arguments[0] == 0, "an argument that is not kept is not told");
	forget(&watched);
}

static int connect_to(const void *address, socklen_t length, int family)
{
	AUTO_CLOSE int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return refused_with(connect(fd, address, length));
}

static int call_connect(void)
{
	const struct sockaddr_in nobody = { .sin_family = AF_INET, .sin_port = htons(1), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_un file = { .sun_family = AF_UNIX, .sun_path = "/nowhere" };
	if (connect_to(&nobody, sizeof nobody, AF_INET) != ECONNREFUSED)
		return 1;
	return connect_to(&file, sizeof file, AF_UNIX) == ENOENT ? 0 : 2;
}

static void continued(void)
{
	struct watched watched = watch(call_connect);
	const struct violation *one = &watched.found->kinds[0];
	struct sockaddr_in address;
	memcpy(&address, one->text[0], sizeof address);
	check_equal(watched.status, 0, "a call that is continued gets the kernel's own answer");
	check(watched.found->count == 1 && one->text_bytes[0] == sizeof address && address.sin_port == htons(1),
		"its address is read, to its length");
	check(watched.found->refusal_count == 1, "what stays inside is not noted");
	forget(&watched);
	watched = watch_with(call_connect, true);
	check(watched.status == 0 && watched.found->refusal_count == 0, "nor what is meant for a loopback that is up");
	forget(&watched);
}

static int call_many(void)
{
	char path[] = "/a";
	for (int i = 0; i < 2 * KINDS_MAX; i++, path[1]++)
		syscall(SYS_acct, path);
	return refused_with(syscall(SYS_acct, (char *)16)) == EPERM ? 0 : 1;
}

static int call_without_rule(void)
{
	return refused_with(syscall(SYS_swapoff, "/nowhere")) == ENOSYS ? 0 : 1;
}

static void bounded(void)
{
	struct watched watched = watch(call_many);
	check_equal(watched.status, 0, "an argument that points nowhere is answered like any other");
	check(watched.found->count == KINDS_MAX, "no more kinds are listed than there are places");
	check_equal((long long)watched.found->refusal_count, 2 * KINDS_MAX + 1, "and the rest is counted");
	forget(&watched);
	watched = watch(call_without_rule);
	check(watched.status == 0 && watched.found->count == 0, "a call without a rule is answered with ENOSYS");
	forget(&watched);
}

static int call_fatal(void)
{
	return syscall(SYS_sethostname, "", 0) == 0 ? 1 : 2;
}

static void ignore(int signal)
{
	(void)signal;
}

static int call_fatal_handled(void)
{
	signal(SIGSYS, ignore);
	return call_fatal();
}

static int call_fatal_ignored(void)
{
	signal(SIGSYS, SIG_IGN);
	return call_fatal();
}

static int call_fatal_blocked(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return call_fatal();
}

static void killed(int (*work)(void), int signal, const char *sentence)
{
	struct watched watched = watch(work);
	check(WIFSIGNALED(watched.status) && WTERMSIG(watched.status) == signal, sentence);
	check(watched.found->count == 1 && watched.found->kinds[0].call == SYS_sethostname, "   and the call is told");
	forget(&watched);
}

static void without_listener(void)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	send(pair[1], "x", 1, 0);
	check(listener_receive(pair[0]) == -ENODATA, "a message without a descriptor is no listener");
	close(pair[1]);
	check(listener_receive(pair[0]) == -ENODATA, "the end of the socket is no listener");
	close(pair[0]);
}

int main(void)
{
	answered();
	continued();
	bounded();
	killed(call_fatal, SIGSYS, "a call that kills ends its process by SIGSYS");
	killed(call_fatal_handled, SIGKILL, "one that handles SIGSYS is killed");
	killed(call_fatal_ignored, SIGKILL, "one that ignores SIGSYS is killed");
	killed(call_fatal_blocked, SIGKILL, "one that blocks SIGSYS is killed");
	without_listener();
	return check_report();
}
