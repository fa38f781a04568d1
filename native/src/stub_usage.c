#define _GNU_SOURCE
#include "stub_usage.h"

#include <sys/resource.h>
#include <time.h>

#include "clock.h"

uint64_t stub_cpu_ns(void)
{
	struct timespec used;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
		return 0;
	return (uint64_t)used.tv_sec * 1000000000U + (uint64_t)used.tv_nsec;
}

void stub_note_usage(struct shared *shared)
{
	struct rusage own;

	if (getrusage(RUSAGE_SELF, &own) == 0) {
		shared->voluntary_switch_count = (uint64_t)own.ru_nvcsw;
		shared->involuntary_switch_count = (uint64_t)own.ru_nivcsw;
		shared->minor_fault_count = (uint64_t)own.ru_minflt;
		shared->major_fault_count = (uint64_t)own.ru_majflt;
	}
	shared->cpu_ns = stub_cpu_ns() - shared->waiting_cpu_ns;
	shared->started_ns = monotonic_ns() + shared->clock_offset_ns;
}
