#include "cgroup_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_files.h"

static const char prefix[] = "mayfly-";

int parse_start_time(const char *stat, uint64_t *out)
{
	enum { FIELDS_BETWEEN = 20 };   /* from the end of field 2 to the blank before field 22 */
	const char *at = strrchr(stat, ')');
	for (int i = 0; at != NULL && i < FIELDS_BETWEEN; i++)
		at = strchr(at + 1, ' ');
	return at == NULL ? -EBADMSG : parse_number(at + 1, out);
}

static int start_time_of(const char *process, uint64_t *out)
{
	char name[64], text[1024];
	snprintf(name, sizeof name, "/proc/%s/stat", process);
	int length = file_read_at(AT_FDCWD, name, text, sizeof text);
	if (length < 0)
		return length;
	/* a zombie holds nothing any more, however long it waits for its parent */
	const char *state = strrchr(text, ')');
	if (state != NULL && (strncmp(state, ") Z", 3) == 0 || strncmp(state, ") X", 3) == 0))
		return -ESRCH;
	return parse_start_time(text, out);
}

int owner_self(struct owner *out)
{
	struct owner self = { .pid = (uint64_t)getpid() };
	struct stat status;
	if (stat("/proc/self/ns/pid", &status) < 0)
		return -errno;
	self.pid_namespace = status.st_ino;
	int error = start_time_of("self", &self.start_time);
	if (error == 0)
		*out = self;
	return error;
}

int owner_name(const struct owner *owner, char *name, size_t size)
{
	int length = snprintf(name, size, "%s%" PRIu64 "-%" PRIu64 "-%" PRIu64, prefix, owner->pid_namespace,
		owner->pid, owner->start_time);
	return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

int owner_parse(const char *name, struct owner *out)
{
	char again[128];
	if (strncmp(name, prefix, sizeof prefix - 1) != 0)
		return -EBADMSG;
	char *end;
	uint64_t numbers[3] = { strtoull(name + sizeof prefix - 1, &end, 10) };
	for (int i = 1; i < 3 && *end == '-'; i++)
		numbers[i] = strtoull(end + 1, &end, 10);
	struct owner owner = { numbers[0], numbers[1], numbers[2] };
	/* strtoull(3) is lenient (signs, blanks, zeroes, what follows): only what we would have written is ours. */
	if (owner_name(&owner, again, sizeof again) < 0 || strcmp(name, again) != 0)
		return -EBADMSG;
	*out = owner;
	return 0;
}

bool owner_is_gone(const struct owner *owner)
{
	char process[32];
	uint64_t start_time;
	snprintf(process, sizeof process, "%" PRIu64, owner->pid);
	int error = start_time_of(process, &start_time);
	return error == -ENOENT || error == -ESRCH || (error == 0 && start_time != owner->start_time);
}
