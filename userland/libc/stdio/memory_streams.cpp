// Streams over memory and over the caller's functions: fmemopen, open_memstream (POSIX.1-2017), fopencookie(3).
#include "internal/file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

using namespace libc;

namespace {

constexpr size_t kBufferBytes = 1024;

// What a stream holds behind its FILE: the device's state, then room for ungetc, then the buffer.
template <typename Device> FILE *new_stream(const FileOperations *operations, unsigned flags, Device *&device) {
    FILE *file = new_file(sizeof(Device) + kUngetBytes + kBufferBytes, operations, flags);
    if (!file)
        return nullptr;
    device = reinterpret_cast<Device *>(file + 1);
    *device = {};
    file->cookie = device;
    file->buffer = reinterpret_cast<unsigned char *>(device + 1) + kUngetBytes;
    file->buffer_bytes = kBufferBytes;
    list_file(file);
    return file;
}

// Writes the stream's buffer through `put`, then the caller's bytes; answers as FileOperations::write shall.
template <typename Put> size_t drain(FILE *file, const unsigned char *bytes, size_t size, Put put) {
    auto pending = static_cast<size_t>(file->write_position - file->write_base);
    if (pending > 0) {
        file->write_position = file->write_base;
        if (put(file->buffer, pending) < pending) {
            file->write_base = file->write_position = file->write_end = nullptr;
            file->flags |= kFileError;
            return 0;
        }
    }
    size_t done = size > 0 ? put(bytes, size) : 0;
    if (done < size) {
        file->write_base = file->write_position = file->write_end = nullptr;
        file->flags |= kFileError;
        return done;
    }
    file->write_base = file->write_position = file->buffer;
    file->write_end = file->buffer + file->buffer_bytes;
    return size;
}

// One byte for the caller at the least; what else is there goes to the buffer.
template <typename Get> size_t fill(FILE *file, unsigned char *bytes, size_t size, Get get) {
    long got = get(bytes, size);
    if (got <= 0) {
        file->flags |= got == 0 ? kFileEof : kFileError;
        return 0;
    }
    if (static_cast<size_t>(got) == size && file->buffer_bytes > 0) {
        long more = get(file->buffer, file->buffer_bytes);
        file->read_position = file->buffer;
        file->read_end = file->buffer + (more > 0 ? more : 0);
    }
    return static_cast<size_t>(got);
}

bool seek_base(int whence, off_t position, size_t end, off_t &base) {
    if (whence < SEEK_SET || whence > SEEK_END) {
        errno = EINVAL;
        return false;
    }
    base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : static_cast<off_t>(end);
    return true;
}

// --- fmemopen ---

struct FixedMemory {
    unsigned char *bytes;
    size_t capacity, length, position;
    bool appends, writable;
};

size_t fixed_read(FILE *file, unsigned char *bytes, size_t size) {
    auto &memory = *static_cast<FixedMemory *>(file->cookie);
    return fill(file, bytes, size, [&](unsigned char *to, size_t wanted) {
        size_t ready = memory.position < memory.length ? memory.length - memory.position : 0;
        size_t taken = wanted < ready ? wanted : ready;
        memcpy(to, memory.bytes + memory.position, taken);
        memory.position += taken;
        return static_cast<long>(taken);
    });
}

size_t fixed_write(FILE *file, const unsigned char *bytes, size_t size) {
    auto &memory = *static_cast<FixedMemory *>(file->cookie);
    size_t result = drain(file, bytes, size, [&](const unsigned char *from, size_t wanted) {
        if (memory.appends)
            memory.position = memory.length;
        size_t room = memory.position < memory.capacity ? memory.capacity - memory.position : 0;
        size_t put = wanted < room ? wanted : room;
        memcpy(memory.bytes + memory.position, from, put);
        memory.position += put;
        if (memory.position > memory.length) {
            memory.length = memory.position;
            if (memory.length < memory.capacity)
                memory.bytes[memory.length] = 0;
        }
        if (put < wanted)
            errno = ENOSPC;
        return put;
    });
    return result;
}

off_t fixed_seek(FILE *file, off_t offset, int whence) {
    auto &memory = *static_cast<FixedMemory *>(file->cookie);
    off_t base;
    if (!seek_base(whence, static_cast<off_t>(memory.position), memory.length, base))
        return -1;
    if (offset < -base || offset > static_cast<off_t>(memory.capacity) - base) {
        errno = EINVAL;
        return -1;
    }
    memory.position = static_cast<size_t>(base + offset);
    return base + offset;
}

const FileOperations kFixedOperations = {fixed_read, fixed_write, fixed_seek, nullptr};

// --- open_memstream ---

struct GrowingMemory {
    char **text;
    size_t *size;
    size_t position, length, capacity;
    char *bytes;
};

size_t growing_write(FILE *file, const unsigned char *bytes, size_t size) {
    auto &memory = *static_cast<GrowingMemory *>(file->cookie);
    return drain(file, bytes, size, [&](const unsigned char *from, size_t wanted) -> size_t {
        size_t end = memory.position + wanted;
        if (end >= memory.capacity) {
            size_t capacity = end + 1 + end / 2;
            auto *grown = static_cast<char *>(realloc(memory.bytes, capacity));
            if (!grown)
                return 0;
            memset(grown + memory.capacity, 0, capacity - memory.capacity);
            memory.bytes = grown;
            memory.capacity = capacity;
        }
        memcpy(memory.bytes + memory.position, from, wanted);
        memory.position = end;
        if (end > memory.length)
            memory.length = end;
        *memory.text = memory.bytes;
        *memory.size = memory.position;
        return wanted;
    });
}

off_t growing_seek(FILE *file, off_t offset, int whence) {
    auto &memory = *static_cast<GrowingMemory *>(file->cookie);
    off_t base;
    if (!seek_base(whence, static_cast<off_t>(memory.position), memory.length, base))
        return -1;
    if (offset < -base || offset > SSIZE_MAX - base) {
        errno = EINVAL;
        return -1;
    }
    memory.position = static_cast<size_t>(base + offset);
    *memory.size = memory.position < memory.length ? memory.position : memory.length;
    return base + offset;
}

const FileOperations kGrowingOperations = {nullptr, growing_write, growing_seek, nullptr};

// --- fopencookie ---

struct Cookie {
    void *cookie;
    cookie_io_functions_t functions;
};

size_t cookie_read(FILE *file, unsigned char *bytes, size_t size) {
    auto &device = *static_cast<Cookie *>(file->cookie);
    long got = device.functions.read ? device.functions.read(device.cookie, reinterpret_cast<char *>(bytes), size) : 0;
    if (got <= 0)
        file->flags |= got == 0 ? kFileEof : kFileError;
    return got > 0 ? static_cast<size_t>(got) : 0;
}

size_t cookie_write(FILE *file, const unsigned char *bytes, size_t size) {
    auto &device = *static_cast<Cookie *>(file->cookie);
    return drain(file, bytes, size, [&](const unsigned char *from, size_t wanted) {
        if (!device.functions.write)
            return wanted;
        size_t done = 0;
        while (done < wanted) {
            long put = device.functions.write(device.cookie, reinterpret_cast<const char*>(from) + done,
                                              wanted - done);
            if (put <= 0)
                break;
            done += static_cast<size_t>(put);
        }
        return done;
    });
}

off_t cookie_seek(FILE *file, off_t offset, int whence) {
    auto &device = *static_cast<Cookie *>(file->cookie);
    if (!device.functions.seek) {
        errno = ENOTSUP;
        return -1;
    }
    return device.functions.seek(device.cookie, &offset, whence) < 0 ? -1 : offset;
}

int cookie_close(FILE *file) {
    auto &device = *static_cast<Cookie *>(file->cookie);
    return device.functions.close ? device.functions.close(device.cookie) : 0;
}

const FileOperations kCookieOperations = {cookie_read, cookie_write, cookie_seek, cookie_close};

unsigned access_flags(int flags) {
    return (flags & O_ACCMODE) == O_RDONLY ? kFileNoWrite : (flags & O_ACCMODE) == O_WRONLY ? kFileNoRead : 0u;
}

} // namespace

extern "C" {

FILE *fmemopen(void *__restrict bytes, size_t size, const char *__restrict mode) {
    int flags = open_flags(mode);
    if (flags < 0)
        return nullptr;
    if (size == 0 && !bytes) {
        errno = EINVAL;
        return nullptr;
    }
    void *own = bytes ? nullptr : calloc(1, size);
    if (!bytes && !own)
        return nullptr;
    FixedMemory *memory;
    FILE *file = new_stream(&kFixedOperations, access_flags(flags), memory);
    if (!file) {
        free(own);
        return nullptr;
    }
    memory->bytes = static_cast<unsigned char *>(bytes ? bytes : own);
    memory->capacity = size;
    memory->appends = flags & O_APPEND;
    file->line = static_cast<char *>(own); // freed with the stream
    if (*mode == 'w') {
        if (size > 0)
            memory->bytes[0] = 0;
    } else {
        memory->length = *mode == 'r' ? size : strnlen(reinterpret_cast<char *>(memory->bytes), size);
        if (*mode == 'a')
            memory->position = memory->length;
    }
    return file;
}

FILE *open_memstream(char **text, size_t *size) {
    GrowingMemory *memory;
    FILE *file = new_stream(&kGrowingOperations, kFileNoRead, memory);
    if (!file)
        return nullptr;
    memory->text = text;
    memory->size = size;
    memory->capacity = 64;
    memory->bytes = static_cast<char *>(calloc(1, memory->capacity));
    if (!memory->bytes) {
        unlist_file(file);
        free(file);
        return nullptr;
    }
    *text = memory->bytes;
    *size = 0;
    return file;
}

FILE *fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions) {
    int flags = open_flags(mode);
    if (flags < 0)
        return nullptr;
    Cookie *device;
    FILE *file = new_stream(&kCookieOperations, access_flags(flags), device);
    if (!file)
        return nullptr;
    *device = {cookie, functions};
    return file;
}
}
