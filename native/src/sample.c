#define _GNU_SOURCE
#include "sample.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statfs.h>

#include "scope.h"
#include "syscalls.h"

enum {
	LIST_BYTES = 4096,
	STAT_BYTES = 1024,
	NS_PER_TICK = 10000000, /* USER_HZ is 100 on every architecture that this is built for */
	/* numbers in /proc/PID/stat behind the name and the state, from field 4: proc(5) */
	FIELD_USER = 14 - 4,
	FIELD_THREADS = 20 - 4,
	FIELD_RESIDENT = 24 - 4,
};

int sample_parse_stat(const char *text, struct process_sample *out)
{
	int64_t fields[FIELD_RESIDENT + 1];
	/* the name may hold anything, but no other `)` comes after it */
	const char *at = strrchr(text, ')');
	char *end;

	if (at == NULL || strlen(at) < 4)
		return -EBADMSG;
	at += 3;
	for (int i = 0; i <= FIELD_RESIDENT; i++, at = end)
		fields[i] = strtoll(at, &end, 10);
	*out = (struct process_sample){
		.thread_count = (uint64_t)fields[FIELD_THREADS],
		.resident_pages = (uint64_t)fields[FIELD_RESIDENT],
	};
	/* its own user and system time, and that of the children it reaped */
	for (int i = 0; i < 4; i++)
		out->cpu_ticks += (uint64_t)fields[FIELD_USER + i];
	return 0;
}

static int read_stat(int proc, const char *process, struct process_sample *out)
{
	char path[64];
	char text[STAT_BYTES];
	AUTO_CLOSE int file = -1;
	ssize_t count;

	(void)snprintf(path, sizeof path, "%.20s/stat", process);
	file = openat(proc, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	count = file < 0 ? -1 : read(file, text, sizeof text - 1);
	if (count <= 0)
		return -ESRCH;
	text[count] = '\0';
	return sample_parse_stat(text, out);
}

static void add_process(int proc, const char *process, struct init_record *record)
{
	struct process_sample sample;

	if (!isdigit((unsigned char)process[0]) || strcmp(process, "1") == 0 || read_stat(proc, process, &sample) < 0)
		return;
	record->cpu_ns += sample.cpu_ticks * NS_PER_TICK;
	record->process_count += sample.thread_count;
	record->memory_bytes += sample.resident_pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void add_reaped(struct init_record *record)
{
	struct rusage reaped;

	if (getrusage(RUSAGE_CHILDREN, &reaped) != 0)
		return;
	record->cpu_ns += (uint64_t)reaped.ru_utime.tv_sec * 1000000000U + (uint64_t)reaped.ru_utime.tv_usec * 1000U;
	record->cpu_ns += (uint64_t)reaped.ru_stime.tv_sec * 1000000000U + (uint64_t)reaped.ru_stime.tv_usec * 1000U;
}

/* Files are memory too. */
static void add_files(struct init_record *record)
{
	struct statfs disk;

	if (statfs("/tmp", &disk) == 0)
		record->memory_bytes += (uint64_t)(disk.f_blocks - disk.f_bfree) * (uint64_t)disk.f_bsize;
}

int sample_take(struct init_record *record)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	_Alignas(struct directory_entry) char list[LIST_BYTES];

	if (proc < 0)
		return -errno;
	add_reaped(record);
	add_files(record);
	for (;;) {
		const long count = syscall(SYS_getdents64, proc, list, sizeof list);

		if (count <= 0)
			return count < 0 ? -errno : 0;
		for (long at = 0; at < count;) {
			const struct directory_entry *entry = (const struct directory_entry *)(const void *)(list + at);

			add_process(proc, entry->name, record);
			at += entry->length;
		}
	}
}
