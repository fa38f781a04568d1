/* Whose ids stand behind those of a container. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "identity.h"
#include "inside.h"
#include "scope.h"
#include "scratch.h"

static const struct configure config = { .user_id = 1000, .group_id = 1000 };

/* In children throughout: opening an identity drops the groups of whoever does it. */
static bool claims_another_block(void *unused)
{
	const gid_t group = 5;
	struct identity first, second;
	(void)unused;
	return setgroups(1, &group) == 0 && identity_open(&first, &config) == 0 && identity_open(&second, &config) == 0 &&
		first.kind == IDENTITY_RANGES && first.block != second.block && getgroups(0, NULL) == 0;
}

static bool ranges_are_apart(void *unused)
{
	struct identity first, second;
	(void)unused;
	if (identity_open(&first, &config) != 0 || identity_open(&second, &config) != 0)
		return false;
	const uint32_t a = identity_of_command(&first, 0, 0), b = identity_of_command(&first, 1, 0);
	const uint32_t c = identity_of_command(&second, 511, 65535), d = identity_of_command(&first, 511, 65535);
	return b == a + ID_RANGE && a > 1879048191 && d < 0x7fffffff && c < 0x7fffffff && (c > d || c < a);
}

/* As many as subuid(5) gives by default. */
static bool pairs_are_apart(void *unused)
{
	const struct identity first = { .kind = IDENTITY_SUBORDINATE, .claim = -1, .block = 0, .pairs = 32768 };
	const struct identity second = { .kind = IDENTITY_SUBORDINATE, .claim = -1, .block = 1, .pairs = 32768 };
	const uint32_t a = identity_of_command(&first, 0, 0), b = identity_of_command(&first, 511, 0);
	const uint32_t c = identity_of_command(&second, 0, 0), d = identity_of_command(&second, 511, 0);
	(void)unused;
	return a < b && b < c && c < d;
}

static bool blocks_come_to_an_end(void *unused)
{
	struct identity identity, last = { .claim = -1 };
	int error = 0, count = 0;
	(void)unused;
	for (; error == 0 && count < 100; count++) {
		error = identity_open(&identity, &config);
		last = error == 0 ? identity : last;
	}
	if (error != -EUSERS || last.claim < 0)
		return false;
	close(last.claim);
	return identity_open(&identity, &config) == 0 && identity.block == last.block;
}

/* A process in a user namespace of its own, which becomes root there once it is told to. */
struct guest {
	pid_t pid;
	int told;
	int tells;
};

static struct guest start_guest(void)
{
	int in[2], out[2];
	char byte;
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		abort();
	const pid_t pid = fork();
	if (pid == 0) {
		/* the reader sees nothing where something went wrong */
		if (unshare(CLONE_NEWUSER) != 0 || write(out[1], "u", 1) != 1 || read(in[0], &byte, 1) != 1 ||
		    setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0 || write(out[1], "r", 1) != 1)
			_exit(1);
		pause();
	}
	close(in[0]);
	close(out[1]);
	if (read(out[0], &byte, 1) != 1)
		abort();
	return (struct guest){ .pid = pid, .told = in[1], .tells = out[0] };
}

static bool become_root(const struct guest *guest)
{
	char byte = 0;
	return write(guest->told, "g", 1) == 1 && read(guest->tells, &byte, 1) == 1 && byte == 'r';
}

static void stop_guest(struct guest *guest)
{
	kill(guest->pid, SIGKILL);
	waitpid(guest->pid, NULL, 0);
	close(guest->told);
	close(guest->tells);
}

static bool file_says(pid_t pid, const char *name, const char *expected)
{
	char path[64], text[128];
	unsigned long inside, outside, count;
	char again[128];
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	AUTO_CLOSE int file = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t length = read(file, text, sizeof text - 1);
	text[length > 0 ? length : 0] = '\0';
	if (sscanf(text, "%lu %lu %lu", &inside, &outside, &count) != 3)
		return strcmp(text, expected) == 0;
	snprintf(again, sizeof again, "%lu %lu %lu", inside, outside, count);
	return strcmp(again, expected) == 0;
}

static bool maps_one_range(void *unused)
{
	enum { SLOT = 3 };
	struct identity identity;
	char map[64], process[16];
	(void)unused;
	if (identity_open(&identity, &config) != 0)
		return false;
	struct guest guest = start_guest();
	snprintf(map, sizeof map, "0 %u %d", identity_of_command(&identity, SLOT, 0), ID_RANGE);
	snprintf(process, sizeof process, "%d", guest.pid);
	const bool holds = identity_map(&identity, guest.pid, SLOT) == 0 && file_says(guest.pid, "uid_map", map) &&
		file_says(guest.pid, "gid_map", map) && file_says(guest.pid, "setgroups", "deny\n") && become_root(&guest) &&
		status_number(process, "Uid") == identity_of_command(&identity, SLOT, 0) &&
		status_number(process, "Gid") == identity_of_command(&identity, SLOT, 0) &&
		identity_map(&identity, guest.pid, SLOT) < 0;
	stop_guest(&guest);
	return holds;
}

/* An ordinary user whose host gives it no other ids. */
static bool maps_the_caller(void *unused)
{
	struct identity identity;
	(void)unused;
	if (setgroups(0, NULL) != 0 || setresgid(1000, 1000, 1000) != 0 || setresuid(1000, 1000, 1000) != 0)
		return false;
	if (identity_open(&identity, &config) != 0 || identity.kind != IDENTITY_CALLER || getuid() != 0)
		return false;
	struct guest guest = start_guest();
	const bool holds = identity_needs_dumpable(&identity) && identity_of_init(&identity) == 1000 &&
		identity_of_command(&identity, 0, 1000) == 0;
	stop_guest(&guest);
	return holds && file_says(getpid(), "uid_map", "0 1000 1");
}

int main(void)
{
	if (geteuid() != 0) {
		skip("root gives each container ids of its own", "not root");
		return check_report();
	}
	check(holds_in_child(claims_another_block, NULL), "two supervisors claim different blocks, and drop their groups");
	check(pairs_are_apart(NULL), "containers of different blocks have subordinate ids of their own");
	check(holds_in_child(ranges_are_apart, NULL), "no two containers share an id, nor one with an account");
	check(holds_in_child(blocks_come_to_an_end, NULL), "the last block is followed by EUSERS, and one that is let go is free");
	check(holds_in_child(maps_one_range, NULL), "a container's ids are mapped once, groups cannot be set, and its root is nobody");
	check(holds_in_child(maps_the_caller, NULL), "an ordinary user becomes root of a namespace that holds its own id only");
	return check_report();
}
