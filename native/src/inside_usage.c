#define _GNU_SOURCE
#include "inside_usage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statfs.h>

#include "scope.h"
#include "syscalls.h"

int open_io_files(struct io_files *files)
{
	AUTO_CLOSE int process = -1;
	AUTO_CLOSE int thread = -1;

	process = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
	thread = process < 0 ? -1 : open("/proc/thread-self/io", O_RDONLY | O_CLOEXEC);
	if (process < 0 || thread < 0)
		return -errno;
	files->process = steal_fd(&process);
	files->thread = steal_fd(&thread);
	return 0;
}

struct io parse_io(const char *text)
{
	const char *read_line = strstr(text, "rchar: ");
	const char *write_line = strstr(text, "wchar: ");

	return (struct io){
		.read_bytes = read_line == NULL ? 0 : strtoull(read_line + 7, NULL, 10),
		.written_bytes = write_line == NULL ? 0 : strtoull(write_line + 7, NULL, 10),
	};
}

static struct io read_io(int file)
{
	char text[256];
	const ssize_t count = pread(file, text, sizeof text - 1, 0);

	text[count > 0 ? count : 0] = '\0';
	return parse_io(text);
}

static uint64_t less(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
}

static void add_rusage(struct init_record *record, const struct shared *shared)
{
	struct rusage all;

	if (getrusage(RUSAGE_CHILDREN, &all) != 0)
		return;
	record->resident_peak_bytes = (uint64_t)all.ru_maxrss * 1024;
	record->voluntary_switch_count = less((uint64_t)all.ru_nvcsw, shared->voluntary_switch_count);
	record->involuntary_switch_count = less((uint64_t)all.ru_nivcsw, shared->involuntary_switch_count);
	record->minor_fault_count = less((uint64_t)all.ru_minflt, shared->minor_fault_count);
	record->major_fault_count = less((uint64_t)all.ru_majflt, shared->major_fault_count);
}

void add_usage(struct init_record *record, const struct io_files *files, const struct shared *shared)
{
	const struct io all = read_io(files->process);
	const struct io own = read_io(files->thread);
	struct statfs disk;

	add_rusage(record, shared);
	record->started_ns = shared->started_ns;
	record->read_bytes = less(all.read_bytes, own.read_bytes);
	record->written_bytes = less(less(all.written_bytes, own.written_bytes), shared->written_bytes);
	if (statfs("/tmp", &disk) == 0) {
		record->disk_free_bytes = (uint64_t)disk.f_bfree * (uint64_t)disk.f_bsize;
		record->disk_free_inodes = (uint64_t)disk.f_ffree;
	}
}
