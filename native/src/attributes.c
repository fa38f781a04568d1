#define _GNU_SOURCE
#include "attributes.h"

#include <errno.h>
#include <limits.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/xattr.h>

#include "protocol.h"

#define USERS "user."
#define OVERLAYS "user.overlay."

/* Tmpfs has them since Linux 6.6. */
static bool means_none(int error)
{
	return error == EOPNOTSUPP || error == ENODATA;
}

static bool is_kept(const char *name)
{
	return strncmp(name, USERS, sizeof USERS - 1) == 0 && strncmp(name, OVERLAYS, sizeof OVERLAYS - 1) != 0;
}

/* Appends one; so many bytes. */
static int read_one(int file, const char *name, uint8_t *out, size_t room)
{
	struct packed_attribute head = { .name_bytes = (uint32_t)strlen(name) };
	const size_t before = sizeof head + head.name_bytes;
	ssize_t count;

	if (room < before)
		return -E2BIG;
	/* a room of nothing would ask for the size alone */
	count = room == before ? fgetxattr(file, name, NULL, 0) : fgetxattr(file, name, out + before, room - before);
	if (count < 0)
		return means_none(errno) ? 0 : errno == ERANGE ? -E2BIG : -errno;
	if ((size_t)count > room - before)
		return -E2BIG;
	head.value_bytes = (uint32_t)count;
	memcpy(out, &head, sizeof head);
	memcpy(out + sizeof head, name, head.name_bytes);
	return (int)(before + (size_t)count);
}

int attributes_read(int file, uint8_t *out, size_t room)
{
	char names[XATTR_LIST_MAX];
	const ssize_t listed = flistxattr(file, names, sizeof names);
	size_t used = 0;

	if (listed < 0)
		return means_none(errno) ? 0 : errno == ERANGE ? -E2BIG : -errno;
	for (const char *name = names; name < names + listed; name += strlen(name) + 1) {
		const int count = is_kept(name) ? read_one(file, name, out + used, room - used) : 0;

		if (count < 0)
			return count;
		used += (size_t)count;
	}
	return (int)used;
}

int attributes_write(int file, const uint8_t *section, size_t bytes)
{
	while (bytes > 0) {
		char name[XATTR_NAME_MAX + 1] = "";
		struct packed_attribute head;

		if (bytes < sizeof head)
			return -EBADMSG;
		memcpy(&head, section, sizeof head);
		section += sizeof head;
		bytes -= sizeof head;
		if (head.name_bytes > XATTR_NAME_MAX || head.name_bytes > bytes || head.value_bytes > bytes - head.name_bytes)
			return -EBADMSG;
		memcpy(name, section, head.name_bytes);
		if (strlen(name) != head.name_bytes || !is_kept(name))
			return -EBADMSG;
		if (fsetxattr(file, name, section + head.name_bytes, head.value_bytes, 0) != 0 && !means_none(errno))
			return -errno;
		section += head.name_bytes + head.value_bytes;
		bytes -= head.name_bytes + head.value_bytes;
	}
	return 0;
}
