/*
 * The wire: every frame between the Node process and the supervisor, and the two sections of a request that the
 * supervisor hands on unread (the stub parses `exec`, init parses `collect`, both inside the container).
 *
 * Everything is little-endian and naturally aligned; structs start at multiples of 8 within a frame, variable parts
 * follow without padding in the order given. packages/sandbox/src/supervisor/protocol.ts is the other side; a test
 * compares its constants and offsets with this file. Times are milliseconds, sizes bytes, as in the public API.
 */
#ifndef MAYFLY_PROTOCOL_H
#define MAYFLY_PROTOCOL_H

#include <stdint.h>

enum { PROTOCOL_VERSION = 1 };

/* A frame is a header and `length` bytes. Frames longer than this are refused by both sides. */
enum { FRAME_LENGTH_MAX = 256 * 1024 * 1024 };

/* The collect section is at most this long. */
enum { COLLECT_BYTES_MAX = 64 * 1024 };

/* Runs handed to a supervisor and not yet reported. */
enum { RUNS_MAX = 256 };

enum frame_type {
	/* Node to supervisor */
	FRAME_CONFIGURE = 1,    /* struct configure; first, once */
	FRAME_RUN = 2,          /* struct run_request */
	FRAME_STDIN = 3,        /* bytes for standard input; an empty one is its end */
	FRAME_KILL = 4,         /* empty: kill the run; its report follows, ended_by = END_KILLED */

	/* supervisor to Node */
	FRAME_READY = 16,       /* struct ready: the answer to FRAME_CONFIGURE */
	FRAME_REPORT = 17,      /* struct report: a run is over, every process of it is dead */
	FRAME_STDIN_TAKEN = 18, /* uint64_t: so many bytes of FRAME_STDIN have entered the pipe since the last such frame */
	FRAME_FAILED = 19,      /* struct failure: run 0, the supervisor could not start and ends; else that run's container */
};

struct frame_header {
	uint32_t length;
	uint32_t type;          /* enum frame_type */
	uint32_t run;           /* chosen by Node, not 0; 0 where no run is meant */
	uint32_t reserved;      /* 0 */
};

struct limits {
	uint64_t wall_time_ms;
	uint64_t cpu_time_ms;
	uint64_t idle_time_ms;
	uint64_t memory_bytes;
	uint64_t process_count;
	double cpus;
	uint64_t cpu_weight;
	uint64_t io_weight;
	uint64_t output_bytes;
	uint64_t disk_bytes;
	uint64_t inode_count;
	uint64_t file_bytes;
	uint64_t open_file_count;
	uint64_t stack_bytes;
};

/* Host features that a caller may allow to be missing, and that READY reports as missing. */
enum feature {
	FEATURE_CGROUP = 1 << 0,      /* the lot: no usable cgroup at all */
	FEATURE_MEMORY = 1 << 1,
	FEATURE_SWAP = 1 << 2,        /* the swap limit; missing only where the host has swap on */
	FEATURE_PIDS = 1 << 3,
	FEATURE_CPU = 1 << 4,         /* quota, weight and the time used */
	FEATURE_IO_WEIGHT = 1 << 5,   /* additional: never required */
	FEATURE_REFUSAL_NAMES = 1 << 6, /* additional: seccomp user notification */
	FEATURE_LANDLOCK = 1 << 7,    /* additional */
	FEATURE_USER_IDS = 1 << 9,    /* additional: ids of the containers' own; missing: the command's user is the caller */
	FEATURE_IMAGE_INODES = 1 << 10, /* additional: files of the image are inodes of each container's own */
	FEATURE_TIME_NAMESPACE = 1 << 8, /* only where CONFIGURE_FRESH_BOOT_TIME asks for it; then required */
};

enum configure_flags {
	CONFIGURE_FRESH_BOOT_TIME = 1 << 0, /* a time namespace whose clocks start at zero */
};

/* FRAME_CONFIGURE: this, runtime_dir, the filter, root_count root entries, notify_count rules, the plain filter. */
struct configure {
	uint32_t version;
	uint32_t warm_min;            /* ready containers kept */
	uint32_t warm_max;
	uint32_t allow_missing;       /* enum feature bits */
	uint32_t user_id;             /* of the command, inside */
	uint32_t group_id;
	uint32_t runtime_dir_bytes;   /* an absolute path on the host, no NUL: an empty directory, the template's mount point */
	uint32_t filter_bytes;        /* struct sock_filter[], a multiple of 8 */
	uint32_t root_count;
	uint32_t root_bytes;          /* of all root entries */
	uint32_t notify_count;        /* struct notify_rule, behind the root entries; 0: the filter notifies of nothing */
	uint32_t violation_max;       /* kinds told apart in one run, at most VIOLATIONS_MAX */
	uint32_t flags;               /* enum configure_flags */
	uint32_t plain_filter_bytes;  /* behind the rules: the same filter without notifications, for hosts that refuse them */
	uint32_t sub_users_first;     /* subuid(5) and subgid(5) of a caller who is not root; counts of 0: none */
	uint32_t sub_users_count;
	uint32_t sub_groups_first;
	uint32_t sub_groups_count;
	struct limits limits;         /* what ready containers are made with */
};

/* What is done about a system call that the filter hands to a container's watcher (seccomp_unotify(2)). */
enum {
	NOTIFY_CONTINUE = 0,          /* note it; the kernel decides. Any other value: the errno that the call returns, ... */
	NOTIFY_KILL = 0x10000,        /* ... or the end of the process, by SIGSYS */
	NOTIFY_ANY_CALL = -1,         /* as `call`: every call that no other rule names */
	VIOLATIONS_MAX = 512,
	VIOLATION_TEXT_BYTES = 128,
};

/* What a pointer argument points at, and so what is read of it. */
enum notify_read_kind {
	READ_NOTHING = 0,
	READ_STRING = 1,              /* up to its NUL */
	READ_SOCKET_ADDRESS = 2,      /* struct sockaddr; its length is the next argument */
};

struct notify_rule {
	int32_t call;                 /* its number, or NOTIFY_ANY_CALL */
	uint32_t answer;
	uint8_t kept_arguments;       /* bit n: argument n tells kinds apart and is reported; others are reported as 0 */
	uint8_t read_argument[2];     /* which arguments are read ... */
	uint8_t read_kind[2];         /* ... and how, enum notify_read_kind */
	uint8_t reserved[3];
};

/* One kind of call that was noted, in the order they came first; TypeScript makes words of it. */
struct violation {
	int32_t call;
	uint32_t answer;              /* as in the rule */
	uint64_t count;
	double at_ms;                 /* the first one, since the start of the command */
	uint64_t arguments[6];
	uint32_t text_bytes[2];       /* of what was read; at most VIOLATION_TEXT_BYTES */
	uint8_t text[2][VIOLATION_TEXT_BYTES];
	char program[16];             /* comm(5) of the caller, NUL-padded */
};

/* The plan of the read-only root, in order. Targets are relative to the new root, without `..`; parents must exist. */
enum root_kind {
	ROOT_DIRECTORY = 1,           /* mode; no source */
	ROOT_FILE = 2,                /* mode; source = content */
	ROOT_SYMLINK = 3,             /* source = where it points */
	ROOT_BIND = 4,                /* source = absolute host path, mounted read-only, nosuid, nodev; the target is made */
	ROOT_DEVICE = 5,              /* source = absolute host path of a character device */
	ROOT_OWN_INODES = 6,          /* a directory that is there: shown in each container through inodes of its own; no source */
};

/* One entry: this, then target (target_bytes), source (source_bytes). */
struct root_entry {
	uint32_t kind;                /* enum root_kind */
	uint32_t mode;
	uint32_t target_bytes;
	uint32_t source_bytes;
};

/* FRAME_RUN: this, then the exec section, the collect section, the first bytes of standard input. */
struct run_request {
	struct limits limits;
	uint32_t exec_bytes;
	uint32_t collect_bytes;       /* 0: nothing to collect */
	uint32_t stdin_bytes;
	uint32_t flags;               /* enum run_flags */
};

enum run_flags {
	RUN_STDIN_FOLLOWS = 1 << 0,   /* FRAME_STDIN frames follow; otherwise standard input ends after stdin_bytes */
	RUN_HAS_FILES = 1 << 1,       /* the exec section has files: placing them is not counted */
};

/*
 * The exec section: this; rlimit_count struct exec_rlimit; then strings_bytes of NUL-terminated strings: argc
 * arguments, envc `NAME=value`, the working directory; then file_count files, each a struct exec_file, its path
 * (path_bytes, relative to the command's home, no NUL), its content.
 */
struct exec_request {
	uint32_t rlimit_count;
	uint32_t argc;
	uint32_t envc;
	uint32_t strings_bytes;
	uint32_t file_count;
	uint32_t reserved;
};

struct exec_rlimit {
	uint64_t resource;            /* RLIMIT_* */
	uint64_t value;               /* soft and hard */
};

struct exec_file {
	uint32_t mode;
	uint32_t path_bytes;
	uint64_t content_bytes;
};

/* The collect section: this, then path_count NUL-terminated paths relative to the command's home. */
struct collect_request {
	uint32_t path_count;
	uint32_t strings_bytes;
	uint64_t total_bytes_max;     /* files that do not fit any more come back as EFBIG */
};

/* One collected path, in the order asked: this, then `bytes` of content. */
struct collected {
	uint32_t index;
	uint32_t error;               /* errno; 0: content follows. ENOENT: not there. EINVAL: not a regular file */
	uint64_t bytes;
};

struct ready {
	uint32_t version;
	uint32_t cgroup_version;      /* 1, 2, or 0 without cgroups */
	uint32_t missing;             /* enum feature bits: required ones were allowed to be missing */
	uint32_t reserved;
};

struct failure {
	uint32_t step;                /* enum step, steps.h */
	uint32_t error;               /* errno */
	/* what it was about (a path, a file name), UTF-8, to the end of the frame; may be empty */
};

enum ended_by {
	END_COMMAND = 0,              /* by itself */
	END_OUTPUT = 1,               /* killed: a stream passed output_bytes */
	END_MEMORY = 2,               /* killed: the kernel reported that memory ran out */
	END_CPU_TIME = 3,
	END_IDLE_TIME = 4,
	END_WALL_TIME = 5,
	END_KILLED = 6,               /* FRAME_KILL */
	END_LOST = 7,                 /* init died or did not answer: the numbers from inside are missing */
};

struct usage {
	double wall_time_ms;
	double cpu_time_ms;
	double user_time_ms;
	double system_time_ms;
	uint64_t memory_peak_bytes;
	uint64_t resident_peak_bytes;
	uint64_t process_peak_count;
	uint64_t read_bytes;
	uint64_t written_bytes;
	uint64_t voluntary_switch_count;
	uint64_t involuntary_switch_count;
	uint64_t minor_fault_count;
	uint64_t major_fault_count;
	double throttled_ms;
};

/* When each step of a run was done, CLOCK_MONOTONIC, which process.hrtime() reads too; 0: it never was. */
struct trace {
	uint64_t received_ns;         /* the request was read from Node */
	uint64_t handed_out_ns;       /* a container was there */
	uint64_t started_ns;          /* the stub had read the request, and was about to execute the command */
	uint64_t ended_ns;            /* init saw the command's end */
	uint64_t end_received_ns;     /* init's record of it was read */
	uint64_t counted_ns;          /* pipes and counters were read */
};

enum report_flags {
	REPORT_ENDED_FIRST = 1 << 0,  /* the command had ended before we killed what was left: wait_status is its own */
};

/*
 * FRAME_REPORT: this, violation_count struct violation, both streams, files_bytes of struct collected with contents.
 * Evidence only; packages/sandbox/src/container/outcome.ts is the one place that turns it into an outcome.
 */
struct report {
	uint32_t ended_by;            /* enum ended_by */
	uint32_t wait_status;         /* wait(2)'s, of the command */
	uint32_t flags;               /* enum report_flags */
	uint32_t failed_step;         /* enum step: where the start failed; 0 if the command was executed */
	uint32_t failed_error;        /* errno of it */
	uint32_t failed_index;        /* STEP_FILES: which file */
	struct usage usage;
	uint64_t oom_kill_count;      /* processes the kernel killed for memory */
	uint64_t process_max_count;   /* forks that pids.max refused */
	uint64_t stdout_total_bytes;  /* written by the command, as far as it was read */
	uint64_t stderr_total_bytes;
	uint64_t disk_free_bytes;     /* of its private file system, at the end */
	uint64_t disk_free_inodes;
	double idle_time_ms;          /* END_IDLE_TIME: how long it had used no CPU */
	uint32_t stdout_bytes;        /* returned: at most output_bytes of the run's limits */
	uint32_t stderr_bytes;
	uint32_t file_count;
	uint32_t files_bytes;
	uint32_t violation_count;     /* struct violation, before the streams */
	uint32_t reserved;
	uint64_t refusal_count;       /* calls noted in all, those of kinds beyond violation_max included */
	uint32_t pool_ready;          /* the pool, as it was when this was sent */
	uint32_t pool_busy;
	uint32_t pool_making;
	uint32_t pool_destroying;
	uint64_t cold_start_count;    /* runs that waited for a container, since the start */
	struct trace trace;
};

#endif
