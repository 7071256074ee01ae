/* A file layer that forgets what was not synced, as a disk does when the power fails.
 *
 * Preloaded into a process, it lets every write to a file under LOSSY_DIR through, and keeps what the write replaced and
 * what it wrote until the file is synced. On SIGUSR1, the power cut, it stops all writing, takes every write that was not
 * synced back, newest first, lets a share of them (LOSSY_KEEP percent, drawn by LOSSY_SEED) happen after all, as a disk
 * may, and ends the process at once.
 *
 * Shared-memory files (-shm) are left alone: SQLite rebuilds them after a crash. Names in directories are not modelled.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

struct op {
    struct op *older;
    off_t offset, size_before, size_after;
    size_t old_length, new_length;
    char *old_bytes, *new_bytes; /* of a truncation: the tail that was cut, and nothing */
};

struct file {
    struct file *next;
    dev_t device;
    ino_t inode;
    int fd; /* -1: not ours */
    struct op *newest;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *files;
static const char *directory;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

static void find_real(void) {
    if (real_write) return;
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_write = dlsym(RTLD_NEXT, "write");
}

static void die(const char *what) {
    perror(what);
    _exit(70);
}

static int ours(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, directory, strlen(directory)) != 0) return 0;
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

/* The file behind a descriptor, or null if it is none of ours. The lock is held. */
static struct file *tracked(int fd) {
    struct stat stat;
    if (!directory || fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) return NULL;
    struct file *file = files;
    while (file && (file->device != stat.st_dev || file->inode != stat.st_ino)) file = file->next;
    if (!file) {
        char link[64];
        file = calloc(1, sizeof *file);
        if (!file) die("lossy: memory");
        file->device = stat.st_dev;
        file->inode = stat.st_ino;
        file->fd = -1;
        if (ours(fd)) {
            /* Never closed: closing it would drop the process's locks on the file. */
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            file->fd = open(link, O_RDWR | O_CLOEXEC);
            if (file->fd < 0) die("lossy: open");
        }
        file->next = files;
        files = file;
    }
    return file->fd < 0 ? NULL : file;
}

static char *copy_of(int fd, off_t offset, size_t length) {
    char *bytes = malloc(length ? length : 1);
    if (!bytes || pread(fd, bytes, length, offset) != (ssize_t)length) die("lossy: read");
    return bytes;
}

static off_t size_of(int fd) {
    struct stat stat;
    if (fstat(fd, &stat) != 0) die("lossy: stat");
    return stat.st_size;
}

static void note(struct file *file, off_t offset, const void *bytes, size_t length, off_t size_after) {
    struct op *op = calloc(1, sizeof *op);
    if (!op) die("lossy: memory");
    op->offset = offset;
    op->size_before = size_of(file->fd);
    op->size_after = size_after > 0 || !bytes ? size_after : op->size_before;
    if (bytes) {
        op->new_length = length;
        op->new_bytes = malloc(length ? length : 1);
        if (!op->new_bytes) die("lossy: memory");
        memcpy(op->new_bytes, bytes, length);
        if (op->size_before < offset + (off_t)length) op->size_after = offset + (off_t)length;
        else op->size_after = op->size_before;
    }
    off_t end = bytes ? offset + (off_t)length : op->size_before;
    if (end > op->size_before) end = op->size_before;
    if (end > offset) {
        op->old_length = (size_t)(end - offset);
        op->old_bytes = copy_of(file->fd, offset, op->old_length);
    }
    op->older = file->newest;
    file->newest = op;
}

static void forget(struct file *file) {
    while (file->newest) {
        struct op *op = file->newest;
        file->newest = op->older;
        free(op->old_bytes);
        free(op->new_bytes);
        free(op);
    }
}

static void put(int fd, const char *bytes, size_t length, off_t offset) {
    if (length && real_pwrite(fd, bytes, length, offset) != (ssize_t)length) die("lossy: roll back");
}

static void roll_back(struct file *file, int keep) {
    struct op *oldest_first = NULL;
    for (struct op *op = file->newest; op;) {
        struct op *older = op->older;
        put(file->fd, op->old_bytes, op->old_length, op->offset);
        if (real_ftruncate(file->fd, op->size_before) != 0) die("lossy: roll back");
        op->older = oldest_first;
        oldest_first = op;
        op = older;
    }
    for (struct op *op = oldest_first; op; op = op->older) {
        if (rand() % 100 >= keep) continue;
        if (op->new_bytes) put(file->fd, op->new_bytes, op->new_length, op->offset);
        else if (real_ftruncate(file->fd, op->size_after) != 0) die("lossy: roll back");
    }
}

static void *wait_for_power_cut(void *nothing) {
    (void)nothing;
    sigset_t set;
    int signal;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigwait(&set, &signal);
    pthread_mutex_lock(&lock);
    const char *keep = getenv("LOSSY_KEEP"), *seed = getenv("LOSSY_SEED");
    srand(seed ? (unsigned)atoi(seed) : 1);
    for (struct file *file = files; file; file = file->next)
        if (file->fd >= 0) roll_back(file, keep ? atoi(keep) : 0);
    _exit(99);
}

__attribute__((constructor)) static void start(void) {
    find_real();
    directory = getenv("LOSSY_DIR");
    if (!directory) return;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_power_cut, NULL) != 0) die("lossy: thread");
}

static ssize_t write_at(int fd, const void *bytes, size_t length, off_t offset, int positioned) {
    find_real();
    pthread_mutex_lock(&lock);
    struct file *file = tracked(fd);
    if (file) {
        if (fcntl(fd, F_GETFL) & O_APPEND) note(file, size_of(fd), bytes, length, 0);
        else note(file, positioned ? offset : lseek(fd, 0, SEEK_CUR), bytes, length, 0);
    }
    ssize_t written = positioned ? real_pwrite(fd, bytes, length, offset) : real_write(fd, bytes, length);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t length) { return write_at(fd, bytes, length, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return write_at(fd, bytes, length, offset, 1); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) { return write_at(fd, bytes, length, offset, 1); }

static int cut(int fd, off_t size) {
    find_real();
    pthread_mutex_lock(&lock);
    struct file *file = tracked(fd);
    if (file) note(file, size < size_of(fd) ? size : size_of(fd), NULL, 0, size);
    int result = real_ftruncate(fd, size);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off_t size) { return cut(fd, size); }

/* What is ours counts as on disk from here on; the machine's own disk need not be troubled. */
static int sync_with(int fd, int (*real)(int)) {
    pthread_mutex_lock(&lock);
    struct file *file = tracked(fd);
    if (file) forget(file);
    pthread_mutex_unlock(&lock);
    return file ? 0 : real(fd);
}

int fsync(int fd) {
    find_real();
    return sync_with(fd, real_fsync);
}

int fdatasync(int fd) {
    find_real();
    return sync_with(fd, real_fdatasync);
}
