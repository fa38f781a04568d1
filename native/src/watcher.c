#define _GNU_SOURCE
#include "watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "caller.h"
#include "clock.h"
#include "loopback.h"
#include "scope.h"
#include "syscalls.h"

enum {
	ARGUMENTS = 6,
	PAGE_BYTES = 4096,
	/* later kernels may write more than the structures that this was compiled with */
	NOTIFICATION_BYTES = 512,
};

union notification {
	struct seccomp_notif call;
	uint8_t room[NOTIFICATION_BYTES];
};

union response {
	struct seccomp_notif_resp answer;
	uint8_t room[NOTIFICATION_BYTES];
};

/* Reads up to `bytes` at `address` of another process; what lies on a page that is not there is left out. */
static uint32_t read_memory(pid_t pid, uint64_t address, void *out, size_t bytes)
{
	const size_t to_page_end = PAGE_BYTES - (size_t)(address % PAGE_BYTES);
	const size_t first = bytes < to_page_end ? bytes : to_page_end;
	const struct iovec local = { .iov_base = out, .iov_len = bytes };
	const struct iovec remote[] = {
		{ .iov_base = (void *)(uintptr_t)address, .iov_len = first },
		{ .iov_base = (void *)(uintptr_t)(address + first), .iov_len = bytes - first },
	};
	const ssize_t count = process_vm_readv(pid, &local, 1, remote, bytes > first ? 2 : 1, 0);

	return count < 0 ? 0 : (uint32_t)count;
}

static uint32_t read_argument(pid_t pid, const uint64_t *arguments, uint8_t which, uint8_t kind, uint8_t *out)
{
	size_t bytes = VIOLATION_TEXT_BYTES;
	uint32_t count;

	if (kind == READ_NOTHING || which >= ARGUMENTS || arguments[which] == 0)
		return 0;
	if (kind == READ_SOCKET_ADDRESS && which + 1 < ARGUMENTS && arguments[which + 1] < bytes)
		bytes = (size_t)arguments[which + 1];
	count = read_memory(pid, arguments[which], out, bytes);
	return kind == READ_STRING ? (uint32_t)strnlen((const char *)out, count) : count;
}

static void read_program(pid_t pid, char *out, size_t size)
{
	char path[64];
	AUTO_CLOSE int file = -1;
	ssize_t count;

	(void)snprintf(path, sizeof path, "/proc/%d/comm", pid);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	count = file < 0 ? 0 : read(file, out, size);
	if (count > 0)
		out[count - 1] = '\0';
}

static const struct notify_rule *find_rule(const struct watcher *w, int call)
{
	const struct notify_rule *any = NULL;

	for (uint32_t i = 0; i < w->rule_count; i++) {
		if (w->rules[i].call == call)
			return &w->rules[i];
		if (w->rules[i].call == NOTIFY_ANY_CALL)
			any = &w->rules[i];
	}
	return any;
}

void watcher_describe(const struct notify_rule *rule, const struct seccomp_notif *call, struct violation *out)
{
	const pid_t pid = (pid_t)call->pid;
	uint64_t arguments[ARGUMENTS];

	memset(out, 0, sizeof *out);
	out->call = call->data.nr;
	out->answer = rule->answer;
	for (int i = 0; i < ARGUMENTS; i++) {
		arguments[i] = call->data.args[i];
		out->arguments[i] = (rule->kept_arguments >> i & 1) != 0 ? arguments[i] : 0;
	}
	for (int i = 0; i < 2; i++)
		out->text_bytes[i] =
			read_argument(pid, arguments, rule->read_argument[i], rule->read_kind[i], out->text[i]);
	for (int i = 0; i < 2; i++)
		memset(out->text[i] + out->text_bytes[i], 0, VIOLATION_TEXT_BYTES - out->text_bytes[i]);
}

static bool same_kind(const struct violation *a, const struct violation *b)
{
	return a->call == b->call && memcmp(a->arguments, b->arguments, sizeof a->arguments) == 0 &&
	       memcmp(a->text_bytes, b->text_bytes, sizeof a->text_bytes) == 0 && memcmp(a->text, b->text, sizeof a->text) == 0;
}

/*
 * What is connected or bound stays inside: a Unix socket, no address at all, which ends an association, or an address
 * of the container's own loopback where that is up.
 */
static bool is_inside(const struct watcher *w, const struct notify_rule *rule, const struct violation *one)
{
	for (int i = 0; i < 2; i++) {
		uint16_t family;

		if (rule->read_kind[i] != READ_SOCKET_ADDRESS || one->text_bytes[i] < sizeof family)
			continue;
		memcpy(&family, one->text[i], sizeof family);
		if (family == AF_UNIX || family == AF_UNSPEC)
			return true;
		if (w->loopback && loopback_has(one->text[i], one->text_bytes[i]))
			return true;
	}
	return false;
}

static void note(const struct watcher *w, const struct notify_rule *rule, const struct seccomp_notif *call)
{
	struct violations *found = w->found;
	const uint32_t count = atomic_load(&found->count);
	const uint64_t started_ns = atomic_load(&w->shared->started_ns);
	struct violation one;

	watcher_describe(rule, call, &one);
	/* the caller may have died meanwhile, and what was read be another's */
	uint64_t id = call->id;

	if (sys_ioctl(w->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) != 0 || is_inside(w, rule, &one))
		return;
	atomic_fetch_add(&found->refusal_count, 1);
	for (uint32_t i = 0; i < count; i++) {
		if (same_kind(&found->kinds[i], &one)) {
			found->kinds[i].count++;
			return;
		}
	}
	if (count == w->violation_max)
		return;
	one.count = 1;
	one.at_ms = started_ns == 0 ? 0 : (double)(monotonic_ns() + w->shared->clock_offset_ns - started_ns) / NS_PER_MS;
	read_program((pid_t)call->pid, one.program, sizeof one.program);
	found->kinds[count] = one;
	atomic_store(&found->count, count + 1);
}

static void answer(const struct watcher *w, const struct notify_rule *rule, const struct seccomp_notif *call)
{
	union response response = { .room = { 0 } };
	struct seccomp_notif_resp *out = &response.answer;
	AUTO_CLOSE int dying = -1;

	out->id = call->id;
	if (rule == NULL)
		out->error = -ENOSYS;
	else if (rule->answer == NOTIFY_CONTINUE)
		out->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (rule->answer == NOTIFY_KILL)
		out->error = -EPERM;
	else
		out->error = -(int)rule->answer;
	if (rule != NULL && rule->answer == NOTIFY_KILL)
		dying = caller_kill((pid_t)call->pid);
	/* -ENOENT: the caller is gone */
	(void)sys_ioctl(w->listener, SECCOMP_IOCTL_NOTIF_SEND, out);
	caller_bury(dying);
}

_Noreturn void watcher_main(const struct watcher *w)
{
	union notification notification;

	for (;;) {
		struct pollfd watched = { .fd = w->listener, .events = POLLIN };

		if (poll(&watched, 1, -1) < 0)
			continue;
		/* nobody is left under the filter */
		if ((watched.revents & POLLIN) == 0)
			_exit(0);
		memset(&notification, 0, sizeof notification);
		const int error = sys_ioctl(w->listener, SECCOMP_IOCTL_NOTIF_RECV, &notification);

		if (error == -EINTR || error == -ENOENT)
			continue;
		if (error < 0)
			_exit(0);
		const struct notify_rule *rule = find_rule(w, notification.call.data.nr);

		if (rule != NULL)
			note(w, rule, &notification.call);
		answer(w, rule, &notification.call);
	}
}

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

int listener_send(int socket, int listener)
{
	union control control = { .bytes = { 0 } };
	char byte = 0;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof listener);
	memcpy(CMSG_DATA(head), &listener, sizeof listener);
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int listener_receive(int socket)
{
	union control control = { .bytes = { 0 } };
	char byte;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
	};
	const struct cmsghdr *head;
	int listener;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0)
		return -ENODATA;
	head = CMSG_FIRSTHDR(&message);
	if (head == NULL || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof listener))
		return -ENODATA;
	memcpy(&listener, CMSG_DATA(head), sizeof listener);
	return listener;
}

struct violations *violations_map(uint32_t max)
{
	const size_t bytes = sizeof(struct violations) + max * sizeof(struct violation);
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return map == MAP_FAILED ? NULL : map;
}
