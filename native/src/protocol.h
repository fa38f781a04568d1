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

/* Layers that a supervisor keeps at once, and how many may stand on one another. */
enum { LAYERS_MAX = 256, LAYER_DEPTH_MAX = 16 };

/* The collect section is at most this long. */
enum { COLLECT_BYTES_MAX = 64 * 1024 };

/*
 * Runs handed to a supervisor and not yet reported. Of those that have containers of their own so many are of pairs, each
 * of two and what carries their words; so many others run in containers that are kept open.
 */
enum { RUNS_MAX = 384 + 128 };
enum { PAIRS_MAX = 64, GUESTS_MAX = 128 };

enum frame_type {
	/* Node to supervisor */
	FRAME_CONFIGURE = 1,    /* struct configure; first, once */
	FRAME_RUN = 2,          /* struct run_request */
	FRAME_KILL = 4,         /* empty: kill the run; its report follows, ended_by = END_KILLED */
	FRAME_SIGNAL = 5,       /* uint32_t: a signal for the command's process group */
	FRAME_RESIZE = 6,       /* struct terminal_size: the window has another size now */
	FRAME_USAGE = 7,        /* empty: FRAME_USED answers */
	FRAME_RENEW = 8,        /* struct limits: new ones, and every clock, counter and budget starts from zero */
	FRAME_CLOSE = 11,       /* uint32_t: end a container that is kept open; 1: and keep what was written as a layer */
	FRAME_LAYER_CLOSE = 9,  /* empty; `run` is a layer's number: no run uses it any more, and none will */
	FRAME_BLOB_OPEN = 32,   /* struct blob_open; `run` is a blob's number, as in all of these */
	FRAME_BLOB_BYTES = 33,  /* what its content goes on with; nothing: it is complete, and sealed */
	FRAME_BLOB_CLOSE = 34,  /* empty: no run uses it any more, and none will */
	FRAME_BLOB_READ = 35,   /* uint64_t: an offset */

	/* both ways; the header names the stream */
	FRAME_BYTES = 12,       /* bytes of the stream; an empty one is its end */
	FRAME_TAKEN = 13,       /* uint64_t: so many bytes of FRAME_BYTES were taken since the last such frame */

	/* supervisor to Node */
	FRAME_READY = 16,       /* struct ready: the answer to FRAME_CONFIGURE */
	FRAME_REPORT = 17,      /* struct report: a run is over, every process of it is dead */
	FRAME_STARTED = 18,     /* empty, where RUN_STREAMS asked for it: the command has its container, its clocks run */
	FRAME_FAILED = 19,      /* struct failure: run 0, the supervisor could not start and ends; else that run's container */
	FRAME_USED = 20,        /* struct usage: the answer to FRAME_USAGE; what only init knows is 0 */
	FRAME_BLOB_STORED = 36, /* struct blob_stored */
	FRAME_BLOB_CONTENT = 37, /* the answer to FRAME_BLOB_READ: at most WINDOW_BYTES; nothing: there is no more */
};

/* The streams of a run, by the descriptors that the command has of them. */
enum stream {
	STREAM_INPUT = 0,
	STREAM_OUTPUT = 1,
	STREAM_ERROR = 2,
	STREAM_CHANNEL = 3,     /* the first channel: a socket, which goes both ways */
	STREAM_FILES = 30,      /* struct exec_file, each with path and content, while FRAME_TAKEN says for how many bytes */
	STREAM_COLLECTED = 31,  /* before the report: struct collected, each with its path and content */
};

enum {
	CHANNELS_MAX = 8,
};

/* Bytes of one stream that may be under way to Node: FRAME_TAKEN allows as many more. */
enum { WINDOW_BYTES = 256 * 1024 };

struct frame_header {
	uint32_t length;
	uint32_t type;          /* enum frame_type */
	uint32_t run;           /* chosen by Node, not 0; 0 where no run is meant */
	uint32_t stream;        /* enum stream, of FRAME_BYTES and FRAME_TAKEN; 0 else */
};

struct terminal_size {
	uint32_t columns;
	uint32_t rows;
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
	CONFIGURE_LOOPBACK = 1 << 1,        /* the containers' own loopback devices are up */
	CONFIGURE_FULL_PROC = 1 << 2,       /* /proc shows what programs need to know of the machine */
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
	ROOT_BIND_WRITABLE = 7,       /* as ROOT_BIND, but not read-only */
	ROOT_MOUNT = 8,               /* source = a bound target: shown in each container at target too, where the disk is already */
	ROOT_IMAGE = 9,               /* as ROOT_BIND; source = an image's directory, NUL, a path below it that leads through no link */
};

/* One entry: this, then target (target_bytes), source (source_bytes). */
struct root_entry {
	uint32_t kind;                /* enum root_kind */
	uint32_t mode;
	uint32_t target_bytes;
	uint32_t source_bytes;
	uint64_t modified_ns;         /* of a ROOT_FILE, since 1970; 0: now */
};

/* FRAME_RUN: this, then the exec, the collect and the blobs section, and the first bytes of standard input. */
struct run_request {
	struct limits limits;
	uint32_t exec_bytes;
	uint32_t collect_bytes;       /* 0: nothing to collect */
	uint32_t stdin_bytes;
	uint32_t flags;               /* enum run_flags */
	uint32_t channel_count;       /* at most CHANNELS_MAX */
	uint32_t layer;               /* what the command's home stands on, by the number of a report; 0: nothing */
	struct terminal_size terminal; /* where RUN_TERMINAL asks for one */
	uint32_t pair;                /* the same, not 0, for the three runs of a pair, which start together; else 0 */
	uint32_t part;                /* enum pair_part, of a run of a pair */
	uint32_t blob_bytes;          /* struct blob_place, each with its path; 0: no blob is shown */
	uint32_t host;                /* the run with RUN_KEPT_OPEN whose container it runs in; 0: one of its own */
	uint32_t input_blob;          /* EXEC_INPUT is set: the blob whose file is its standard input; 0: the pipe is */
	uint32_t reserved;
};

/* What a run is of its pair. Each of the two writes what the other reads; the relay carries it, and counts. */
enum pair_part {
	PAIR_LEFT = 0,
	PAIR_RIGHT = 1,
	PAIR_RELAY = 2,
};

enum run_flags {
	RUN_STDIN_FOLLOWS = 1 << 0,   /* FRAME_BYTES follow; otherwise standard input ends after stdin_bytes */
	RUN_HAS_FILES = 1 << 1,       /* the exec section has files: placing them is not counted */
	RUN_STREAMS = 1 << 2,         /* output comes in FRAME_BYTES as it is written, none of it in the report */
	RUN_TERMINAL = 1 << 3,        /* 0, 1 and 2 are one terminal; what is written there is STREAM_OUTPUT */
	RUN_KEPT_OPEN = 1 << 8,       /* nothing is executed: FRAME_STARTED says that others may run in the container */
	RUN_FREEZE = 1 << 4,          /* keep what was written in the home, as a layer; unless it is killed by FRAME_KILL */
	RUN_FILES_FOLLOW = 1 << 6,    /* as STREAM_FILES; EXEC_FILES_FOLLOW is set, too */
	RUN_CHANGES = 1 << 5,         /* the home is remembered before the start, for COLLECT_CHANGES; EXEC_WAITS is set */
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
	uint32_t flags;               /* enum exec_flags */
	uint32_t channel_count;       /* descriptors that come with the word to go on */
	uint32_t reserved;
};

enum exec_flags {
	EXEC_WAITS = 1 << 0,          /* for the word to go on, also where there are no files */
	EXEC_TERMINAL = 1 << 1,       /* 0, 1 and 2 are the terminal in the container's /dev/pts */
	EXEC_PIPES = 1 << 2,          /* the first two of its channels are pipes, which become 0 and 1 */
	EXEC_FILES_FOLLOW = 1 << 5,   /* behind the section, as many as come until one without a path */
	EXEC_RELAY = 1 << 3,          /* nothing is executed: struct relay_request is behind the strings */
	EXEC_UNPACK = 1 << 4,         /* nothing is executed: standard input is a packed tree, for the home */
	EXEC_NOTHING = 1 << 8,        /* nothing is executed: the files are placed, and that is all */
	EXEC_REPLACE = 1 << 9,        /* a file that is there already makes room for one that is placed */
	EXEC_INPUT = 1 << 10,         /* one more comes with the word to go on, behind its channels: a file, which becomes 0 */
};

/* So many channels they take. */
enum {
	PIPE_ENDS = 2,
	RELAY_ENDS = 4,               /* from the left one, from the right one, to the right one, to the left one */
};

struct exec_rlimit {
	uint64_t resource;            /* RLIMIT_* */
	uint64_t value;               /* soft and hard */
};

#include "protocol_files.h"
#include "protocol_relay.h"
#include "protocol_report.h"
#include "protocol_store.h"

#endif
