#define _GNU_SOURCE
#include "boot_time.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scope.h"

enum {
	NS_PER_S = 1000000000,
	NEW_TIME_NAMESPACE = 0x80 /* CLONE_NEWTIME */
};

int start_boot_time(uint64_t *offset_ns)
{
	struct timespec monotonic;
	struct timespec boot;
	char text[128];
	AUTO_CLOSE int file = -1;

	if (unshare(NEW_TIME_NAMESPACE) != 0)
		return -errno;
	file = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (file < 0 || clock_gettime(CLOCK_MONOTONIC, &monotonic) != 0 || clock_gettime(CLOCK_BOOTTIME, &boot) != 0)
		return -errno;
	/* whole seconds back, so that no clock stands below zero */
	(void)snprintf(text, sizeof text, "monotonic -%lld 0\nboottime -%lld 0\n", (long long)monotonic.tv_sec,
	               (long long)boot.tv_sec);
	if (write(file, text, strlen(text)) < 0)
		return -errno;
	*offset_ns = (uint64_t)monotonic.tv_sec * NS_PER_S;
	return 0;
}
