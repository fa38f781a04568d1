#define _GNU_SOURCE
#include "collect.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "inside.h"
#include "scope.h"
#include "syscalls.h"
#include "transfer.h"

/* The section comes in packets of at most PACKET_BYTES. */
static int receive_section(int socket, uint8_t *out, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes;) {
		const uint64_t left = bytes - done;
		const size_t packet = left < PACKET_BYTES ? (size_t)left : (size_t)PACKET_BYTES;
		const int error = receive_exactly(socket, out + done, packet);

		if (error < 0)
			return error;
		done += packet;
	}
	return 0;
}

/* Opens a regular file below `home`, or says why not. */
static int open_result(int home, const char *path, uint64_t *bytes)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	AUTO_CLOSE int file = sys_openat2(home, path, &how);
	struct stat status;

	if (file < 0)
		return file;
	if (fstat(file, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	*bytes = (uint64_t)status.st_size;
	return steal_fd(&file);
}

/* Exactly `bytes`: nobody is left who could change the file, so a short read is an error of the file system's. */
static int send_content(int socket, int file, uint64_t bytes)
{
	uint8_t packet[PACKET_BYTES];

	while (bytes > 0) {
		const size_t want = bytes < sizeof packet ? (size_t)bytes : sizeof packet;
		size_t have = 0;
		int error;

		while (have < want) {
			ssize_t count = read(file, packet + have, want - have);

			if (count <= 0)
				return count < 0 ? -errno : -EIO;
			have += (size_t)count;
		}
		error = send_exactly(socket, packet, want);
		if (error < 0)
			return error;
		bytes -= want;
	}
	return 0;
}

static int collect_one(int socket, int home, const char *path, uint32_t index, uint64_t *left)
{
	struct init_record record = { .kind = INIT_COLLECTED, .index = index };
	uint64_t bytes = 0;
	AUTO_CLOSE int file = open_result(home, path, &bytes);
	int error;

	if (file < 0)
		record.error = (uint32_t)-file;
	else if (bytes > *left)
		record.error = EFBIG;
	else
		record.bytes = bytes;
	error = send_exactly(socket, &record, sizeof record);
	if (error < 0 || record.error != 0)
		return error;
	*left -= bytes;
	return send_content(socket, file, bytes);
}

static int collect_all(int socket, int home, const uint8_t *section, uint64_t bytes)
{
	const struct init_record done = { .kind = INIT_COLLECTED_ALL };
	struct collect_request head;
	const char *path = (const char *)section + sizeof head;
	const char *end = (const char *)section + bytes;
	uint64_t left;

	memcpy(&head, section, sizeof head);
	left = head.total_bytes_max;
	for (uint32_t i = 0; i < head.path_count; i++) {
		const char *next = memchr(path, '\0', (size_t)(end - path));
		int error = next == NULL ? -EBADMSG : collect_one(socket, home, path, i, &left);

		if (error < 0)
			return error;
		path = next + 1;
	}
	return send_exactly(socket, &done, sizeof done);
}

int collect_files(int socket, int home, uint64_t bytes)
{
	uint8_t *section;
	int error;

	if (bytes < sizeof(struct collect_request))
		return -EBADMSG;
	section = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (section == MAP_FAILED)
		return -errno;
	error = receive_section(socket, section, bytes);
	if (error == 0)
		error = collect_all(socket, home, section, bytes);
	(void)munmap(section, bytes);
	return error;
}
