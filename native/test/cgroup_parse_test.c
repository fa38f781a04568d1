/* What the cgroup code parses, on texts recorded from several hosts. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "cgroup_callers.h"
#include "cgroup_files.h"
#include "cgroup_find.h"
#include "cgroup_owner.h"
#include "check.h"

static void numbers(void)
{
	uint64_t value = 7;
	check(parse_number("0\n", &value) == 0 && value == 0, "zero is a number");
	check(parse_number("18446744073709551615\n", &value) == 0 && value == UINT64_MAX, "2^64 - 1 is a number");
	check(parse_number("18446744073709551616\n", &value) == -ERANGE, "2^64 is out of range");
	check(parse_number("max\n", &value) == 0 && value == UINT64_MAX, "max is the greatest number");
	check(parse_number("maximum\n", &value) == -EBADMSG, "a word that begins with max is no number");
	check(parse_number("100000 50000\n", &value) == 0 && value == 100000, "the first of several numbers is taken");
	check(parse_number("", &value) == -EBADMSG, "nothing is no number");
	check(parse_number("-1\n", &value) == -EBADMSG, "a sign is no digit");
	check(parse_number("12k\n", &value) == -EBADMSG, "a unit is no digit");
	check(value == 100000, "what is refused leaves the output as it was");
}

static void values(void)
{
	static const char v2_events[] = "low 0\nhigh 0\nmax 12\noom 1\noom_kill 2\noom_group_kill 1\n";
	static const char v1_control[] = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n";
	uint64_t value = 0;
	check(parse_value(v2_events, "oom_kill", &value) == 0 && value == 2, "oom_kill is found in memory.events");
	check(parse_value(v2_events, "oom", &value) == 0 && value == 1, "oom is not taken for oom_kill");
	check(parse_value(v1_control, "oom_kill", &value) == 0 && value == 3,
		"oom_kill is not taken for oom_kill_disable in memory.oom_control");
	check(parse_value("max 4", "max", &value) == 0 && value == 4, "a last line needs no end");
	check(parse_value(v2_events, "usage_usec", &value) == -ENODATA, "a key that is not there is no data");
	check(parse_value("", "max", &value) == -ENODATA, "an empty file has no data");
}

static void words(void)
{
	check(has_word("rw,cpu,cpuacct", "cpu") && has_word("rw,cpu,cpuacct", "cpuacct"), "both of cpu,cpuacct are seen");
	check(!has_word("rw,cpuset", "cpu") && !has_word("rw,cpuacct", "cpu"), "cpuset and cpuacct are not cpu");
	check(!has_word("rw,xattr,name=memory", "memory"), "a named hierarchy is not a controller");
	check(!has_word("", "cpu"), "nothing holds no word");
	check(v2_parse_controllers("cpuset cpu io memory hugetlb pids rdma misc\n") == (V2_REQUIRED | V2_IO),
		"the controllers of a v2 root are recognised");
	check(v2_parse_controllers("memory pids\n") == (V2_MEMORY | V2_PIDS), "a session scope has no cpu");
	check(v2_parse_controllers("\n") == 0, "an empty list has none");
}

static int parse_copy(const char *line, struct mount_line *mount)
{
	static char copy[512];
	snprintf(copy, sizeof copy, "%s", line);
	return parse_mount_line(copy, mount);
}

static void mounts(void)
{
	struct mount_line mount = { 0 };
	check(parse_copy("35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory", &mount) == 0 &&
			strcmp(mount.mount_point, "/sys/fs/cgroup/memory") == 0 && strcmp(mount.type, "cgroup") == 0 &&
			has_word(mount.options, "memory"),
		"a v1 mount without optional fields is read");
	check(parse_copy("40 32 0:33 /docker/1 /sys/fs/cgroup/cpu,cpuacct ro shared:9 master:3 - cgroup cgroup rw,cpu,cpuacct",
		      &mount) == 0 &&
			strcmp(mount.root, "/docker/1") == 0 && has_word(mount.options, "cpuacct"),
		"a co-mounted one with optional fields is read");
	check(parse_copy("31 23 0:26 / /my\\040cgroups\\134x rw shared:4 - cgroup2 cgroup2 rw,nsdelegate", &mount) == 0 &&
			strcmp(mount.mount_point, "/my cgroups\\x") == 0,
		"octal escapes are resolved");
	check(parse_copy("31 23 0:26 / /a rw shared:4", &mount) == -EBADMSG, "a line without its separator is refused");
	check(parse_copy("31 23 0:26 / /a rw -", &mount) == -EBADMSG, "a line that ends at its separator is refused");
	check(parse_copy("", &mount) == -EBADMSG, "an empty line is refused");
}

static void paths(void)
{
	char path[64];
	check(parse_own_path("0::/user.slice/a:b.scope\n", path, sizeof path) == 0 &&
			strcmp(path, "/user.slice/a:b.scope") == 0,
		"a path of v2 is read to its end");
	check(parse_own_path("9:name=systemd:/x\n10:memory:/y\n0::/z\n", path, sizeof path) == 0 && strcmp(path, "/z") == 0,
		"the v2 line is found below those of v1");
	check(parse_own_path("10:memory:/y\n", path, sizeof path) == -ENODATA, "a host without v2 has no such path");
	check(parse_own_path("0::/0123456789012345678901234567890123456789012345678901234567890123456789\n", path,
		      sizeof path) == -ENAMETOOLONG,
		"a path that does not fit is refused, not cut");
	check(relative_to_mount("/", "/", path, sizeof path) == 0 && strcmp(path, ".") == 0, "the top is the top");
	check(relative_to_mount("/a/b", "/", path, sizeof path) == 0 && strcmp(path, "a/b") == 0, "a path below it");
	check(relative_to_mount("/a/b", "/a", path, sizeof path) == 0 && strcmp(path, "b") == 0, "a mount of a part");
	check(relative_to_mount("/a", "/a", path, sizeof path) == 0 && strcmp(path, ".") == 0, "a mount of just ours");
	check(relative_to_mount("/ab", "/a", path, sizeof path) == -EXDEV, "a mount of a namesake shows nothing of ours");
	check(relative_to_mount("/../x", "/", path, sizeof path) == -EXDEV, "outside of the cgroup namespace is nowhere");
}

static void owners(void)
{
	struct owner owner;
	uint64_t start = 0;
	check(owner_parse("mayfly-4026531836-17-93", &owner) == 0 && owner.pid_namespace == 4026531836 &&
			owner.pid == 17 && owner.start_time == 93,
		"a supervisor's directory tells its owner");
	check(owner_parse("mayfly-1-2", &owner) == -EBADMSG, "two numbers are no owner");
	check(owner_parse("mayfly-1-2-3-4", &owner) == -EBADMSG, "four numbers are no owner");
	check(owner_parse("mayfly-1-2--3", &owner) == -EBADMSG, "a negative number is no owner");
	check(owner_parse("mayfly-1-02-3", &owner) == -EBADMSG, "a number with a leading zero is no owner");
	check(owner_parse("mayfly-callers-7", &owner) == -EBADMSG, "the callers' leaf has no owner");
	check(owner_parse("process_api", &owner) == -EBADMSG, "a stranger's directory has no owner");
	check(parse_start_time("1 (a) b) c) S 0 1 1 0 -1 4194560 9 0 0 0 3 1 0 0 20 0 1 0 4711 2 3", &start) == 0 &&
			start == 4711,
		"the start time is found behind a name of parentheses");
	check(parse_start_time("1 (a) S 0 1 1", &start) == -EBADMSG, "a stat line that is too short is refused");
}

int main(void)
{
	numbers();
	values();
	words();
	mounts();
	paths();
	owners();
	return check_report();
}
