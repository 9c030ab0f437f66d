// A stdio stream (C17 7.21.3). States: idle (neither pair of pointers set), reading (read_position to read_end
// is what was read and not yet taken), writing (write_base to write_position is what was put and not yet
// written). The device behind it is four functions. Eight bytes before the buffer are for ungetc.
//
// Every open stream that has used its buffer is in one list, so that exit and fflush(NULL) find it. A stream's
// lock is recursive (flockfile(3)) and costs one load while the process has a single thread.
#pragma once

#include "internal/lock.hpp"

#include <stdio.h>

namespace libc {

struct FileOperations {
    size_t (*read)(FILE *, unsigned char *, size_t);        // 0 with kEof or kError set
    size_t (*write)(FILE *, const unsigned char *, size_t); // writes the buffer, then these; how many of these
    off_t (*seek)(FILE *, off_t, int);
    int (*close)(FILE *);
};

enum FileFlags : unsigned {
    kFileNoRead = 4,
    kFileNoWrite = 8,
    kFileEof = 16,
    kFileError = 32,
    kFileListed = 64,
    kFileAppend = 128,
    kFileStatic = 256,     // stdin, stdout, stderr: the structure is not freed
    kFileProbeTty = 512,   // decide on line buffering at the first write
    kFileCallerLocks = 1024,
};

inline constexpr size_t kUngetBytes = 8;

extern const FileOperations kDescriptorOperations;
extern FILE *g_interactive_output; // a line-buffered terminal, flushed before input is awaited

void list_file(FILE *file);
void unlist_file(FILE *file);
Lock &file_list_lock();
FILE *first_listed_file();

bool begin_reading(FILE *file);
bool begin_writing(FILE *file);
int underflow(FILE *file);         // the next byte, or EOF
int overflow(FILE *file, int byte); // puts one byte where the buffer has no room
size_t write_bytes(FILE *file, const unsigned char *bytes, size_t size);
size_t read_bytes(FILE *file, unsigned char *bytes, size_t size);
bool flush_writes(FILE *file);
int seek_unlocked(FILE *file, off_t offset, int whence);
off_t tell_unlocked(FILE *file);
int open_flags(const char *mode); // -1: no such mode
FILE *new_file(size_t extra_bytes, const FileOperations *operations, unsigned flags);

} // namespace libc

struct _IO_FILE {
    unsigned flags;
    int fd;
    unsigned char *read_position, *read_end;
    unsigned char *write_base, *write_position, *write_end;
    unsigned char *buffer;
    size_t buffer_bytes;
    int line_break; // '\n' when line buffered, else -1
    int orientation;
    const libc::FileOperations *operations;
    void *cookie;
    FILE *next, *previous;
    int lock_owner; // thread id, or 0
    int lock_waiters;
    long lock_depth;
    pid_t child; // popen
    char *line;  // fgetln
    size_t line_bytes;
};

namespace libc {

inline int get_byte(FILE *file) {
    return file->read_position != file->read_end ? *file->read_position++ : underflow(file);
}

inline int put_byte(FILE *file, unsigned char byte) {
    if (byte != file->line_break && file->write_position != file->write_end)
        return *file->write_position++ = byte;
    return overflow(file, byte);
}

class FileGuard {
public:
    explicit FileGuard(FILE *file) : file_(g_multithreaded && !(file->flags & kFileCallerLocks) ? file : nullptr) {
        if (file_)
            flockfile(file_);
    }
    ~FileGuard() {
        if (file_)
            funlockfile(file_);
    }
    FileGuard(const FileGuard &) = delete;
    FileGuard &operator=(const FileGuard &) = delete;

private:
    FILE *file_;
};

} // namespace libc
