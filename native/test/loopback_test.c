/* Which addresses are a container's own, and a loopback device in a network namespace of our own. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "loopback.h"
#include "scope.h"

static bool has(int family, const char *text)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	if (inet_pton(family, text, family == AF_INET ? (void *)&ipv4.sin_addr : (void *)&ipv6.sin6_addr) != 1)
		abort();
	return family == AF_INET ? loopback_has((const uint8_t *)&ipv4, sizeof ipv4)
	                         : loopback_has((const uint8_t *)&ipv6, sizeof ipv6);
}

static void addresses(void)
{
	const char *const own[] = { "127.0.0.1", "127.255.255.254", "0.0.0.0" };
	const char *const other[] = { "126.255.255.255", "128.0.0.0", "10.127.0.1", "0.0.0.1", "255.255.255.255", "169.254.169.254" };
	const char *const own6[] = { "::1", "::", "::ffff:127.0.0.1", "::ffff:0.0.0.0" };
	const char *const other6[] = { "::2", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "2001:db8::1", "::fffe:127.0.0.1" };
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		check(has(AF_INET, own[i]), own[i]);
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		check(!has(AF_INET, other[i]), other[i]);
	for (size_t i = 0; i < sizeof own6 / sizeof own6[0]; i++)
		check(has(AF_INET6, own6[i]), own6[i]);
	for (size_t i = 0; i < sizeof other6 / sizeof other6[0]; i++)
		check(!has(AF_INET6, other6[i]), other6[i]);
}

static void cut_short(void)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const struct sockaddr_un file = { .sun_family = AF_UNIX };
	bool found = false;
	for (uint32_t count = 0; count < offsetof(struct sockaddr_in, sin_zero); count++) {
		uint8_t *exact = malloc(count + 1U);
		memcpy(exact, &ipv4, count);
		found = found || loopback_has(exact, count);
		free(exact);
	}
	for (uint32_t count = 0; count < offsetof(struct sockaddr_in6, sin6_scope_id); count++) {
		uint8_t *exact = malloc(count + 1U);
		memcpy(exact, &ipv6, count);
		found = found || loopback_has(exact, count);
		free(exact);
	}
	check(!found, "an address that is cut short is nobody's");
	check(!loopback_has((const uint8_t *)&file, sizeof file), "no other family has one");
}

static int connect_to_own(void)
{
	const struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return connect(fd, (const struct sockaddr *)&own, sizeof own) == 0 ? 0 : errno;
}

/* 0, or the number of what went wrong; 99: no namespace can be had. */
static int try_device(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return 99;
	if (connect_to_own() != ENETUNREACH)
		return 1;
	if (loopback_up() != 0)
		return 2;
	return connect_to_own() == ECONNREFUSED ? 0 : 3;
}

static void device(void)
{
	int status = -1;
	fflush(stdout);
	const pid_t child = fork();
	if (child == 0)
		_exit(try_device());
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
		skip("a loopback comes up", "this process may make no network namespace");
	else
		check_equal(status, 0, "a loopback comes up and answers");
}

int main(void)
{
	addresses();
	cut_short();
	device();
	return check_report();
}
