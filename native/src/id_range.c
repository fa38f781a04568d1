#define _GNU_SOURCE
#include "id_range.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "inside.h"
#include "scope.h"
#include "supervisor.h"

static const uint32_t FIRST_ID = 0x70000000;

enum { BLOCKS = 64 };

int id_range_claim(uint32_t *index)
{
	AUTO_CLOSE int claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (claim < 0)
		return -errno;
	for (uint32_t i = 0; i < BLOCKS; i++) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		const int name = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "mayfly-ids-%u", i);
		const socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)name);

		if (bind(claim, (const struct sockaddr *)&address, length) == 0) {
			*index = i;
			return steal_fd(&claim);
		}
		if (errno != EADDRINUSE)
			return -errno;
	}
	return -EUSERS;
}

uint32_t id_range_base(uint32_t index, uint32_t slot)
{
	return FIRST_ID + (index * CONTAINERS_MAX + slot) * ID_RANGE;
}

static int write_proc(int32_t pid, const char *name, const char *text)
{
	char path[64];
	AUTO_CLOSE int file = -1;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return -errno;
	return write(file, text, strlen(text)) < 0 ? -errno : 0;
}

int id_range_map(int32_t pid, uint32_t base)
{
	char map[64];
	int error;

	(void)snprintf(map, sizeof map, "0 %u %d", base, ID_RANGE);
	error = write_proc(pid, "setgroups", "deny");
	if (error == 0)
		error = write_proc(pid, "uid_map", map);
	return error == 0 ? write_proc(pid, "gid_map", map) : error;
}
