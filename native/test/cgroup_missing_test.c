/* Hosts that lack cgroups, or one controller: what is missing is named, and done without where that is allowed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup_files.h"
#include "cgroup_support.h"
#include "check.h"
#include "child.h"

static void without_cgroups(void)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	struct cgroup_counters counters;
	uint32_t events;
	uint64_t cpu = 1;
	check_equal(cgroup_base_open(&base, 0), -EOPNOTSUPP, "a host without cgroups is refused");
	check((base.missing & FEATURE_CGROUP) != 0, "and what is missing is named");
	check_equal(cgroup_base_open(&base, FEATURE_CGROUP), 0, "unless that is allowed");
	check(base.version == 0 && (base.missing & FEATURE_CGROUP) != 0, "which shows");
	if (!make_cgroup(&base, ordinary_limits(), &cgroup))
		return;
	check(child_run(&cgroup, burn_cpu, 0) && cgroup_event(&cgroup, &events) == -1, "a command runs, and nothing is watched");
	check(cgroup_start_counting(&cgroup) == 0 && cgroup_read(&cgroup, cgroup.baseline.cpu_ns, &counters) == 0 && counters.cpu_ns == 0 &&
			cgroup_read_cpu_ns(&cgroup, cgroup.baseline.cpu_ns, &cpu) == 0 && cpu == 0,
		"and nothing is counted");
	check(cgroup_destroy(&cgroup) == 0, "there is nothing to remove");
	cgroup_base_close(&base);
}

static void without_pids(void)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	check_equal(cgroup_base_open(&base, FEATURE_IO_WEIGHT), -EOPNOTSUPP, "a host without the pids controller is refused");
	check((base.missing & ~(uint32_t)FEATURE_IO_WEIGHT) == FEATURE_PIDS, "and just that is named");
	check_equal(cgroup_base_open(&base, FEATURE_PIDS), 0, "unless that is allowed");
	check(base.version == 1, "the rest is used");
	if (make_cgroup(&base, ordinary_limits(), &cgroup))
		check(child_run(&cgroup, burn_cpu, 0) && cgroup_destroy(&cgroup) == 0, "a command runs without a limit on processes");
	cgroup_base_close(&base);
}

/* In place of the host's disks, which nobody sees here. */
static void add_disk(const char *scheduler)
{
	FILE *file;
	check(mkdir("/sys/block/made-up", 0755) == 0 && mkdir("/sys/block/made-up/queue", 0755) == 0, "a disk is made up");
	file = fopen("/sys/block/made-up/queue/scheduler", "w");
	check(file != NULL && fputs(scheduler, file) >= 0 && fclose(file) == 0, "with a scheduler");
}

static void without_weights(void)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	add_disk("none [mq-deadline] kyber bfq\n");
	check_equal(cgroup_base_open(&base, FEATURE_SWAP), 0, "a host whose disks know no weights will do");
	check((base.missing & FEATURE_IO_WEIGHT) != 0, "and what is missing is named");
	if (make_cgroup(&base, ordinary_limits(), &cgroup))
		check(directory_of(&cgroup, CONTROLLER_IO) < 0 && cgroup_destroy(&cgroup) == 0, "no cgroup is made for them");
	cgroup_base_close(&base);
}

static void with_weights(void)
{
	struct cgroup_base base;
	struct cgroup cgroup;
	char text[FILE_TEXT_BYTES] = "";
	add_disk("none mq-deadline kyber [bfq]\n");
	check_equal(cgroup_base_open(&base, FEATURE_SWAP), 0, "a host with a disk that goes by weights is used");
	check((base.missing & FEATURE_IO_WEIGHT) == 0, "and they are not missing");
	if (make_cgroup(&base, ordinary_limits(), &cgroup))
		check(file_read_at(directory_of(&cgroup, CONTROLLER_IO), "blkio.bfq.weight", text, sizeof text) > 0 &&
				strcmp(text, "10\n") == 0 && cgroup_destroy(&cgroup) == 0,
			"the weight of IO is written");
	cgroup_base_close(&base);
}

static bool knows_weights(void)
{
	struct stat status;
	return stat("/sys/fs/cgroup/blkio/blkio.bfq.io_serviced", &status) == 0;
}

int main(void)
{
	struct stat status;
	setvbuf(stdout, NULL, _IONBF, 0);
	check_equal(fails_covering("/sys/fs/cgroup", without_cgroups), 0, "without cgroups");
	if (stat("/sys/fs/cgroup/pids/cgroup.procs", &status) == 0)
		check_equal(fails_covering("/sys/fs/cgroup/pids", without_pids), 0, "without the pids controller");
	if (knows_weights()) {
		check_equal(fails_covering("/sys/block", without_weights), 0, "without a disk that goes by weights");
		check_equal(fails_covering("/sys/block", with_weights), 0, "with one");
	}
	return check_report();
}
