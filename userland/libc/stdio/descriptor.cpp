// The device behind most streams: a file descriptor.
#include "internal/file.hpp"

#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace libc {

namespace {

size_t descriptor_write(FILE *file, const unsigned char *bytes, size_t size) {
    if (file->flags & kFileProbeTty) {
        file->flags &= ~static_cast<unsigned>(kFileProbeTty);
        winsize window;
        if (call(SYS_ioctl, file->fd, TIOCGWINSZ, &window) == 0) {
            g_interactive_output = file;
            file->line_break = '\n';
        }
    }
    iovec parts[2] = {{file->write_base, static_cast<size_t>(file->write_position - file->write_base)},
                      {const_cast<unsigned char *>(bytes), size}};
    iovec *part = parts;
    int count = 2;
    if (part->iov_len == 0) {
        part++;
        count--;
    }
    size_t left = parts[0].iov_len + size;
    while (left > 0) {
        long written = checked(SYS_writev, file->fd, part, count);
        if (written < 0) {
            file->write_base = file->write_position = file->write_end = nullptr;
            file->flags |= kFileError;
            return count == 2 ? 0 : size - part->iov_len;
        }
        auto amount = static_cast<size_t>(written);
        left -= amount;
        while (count > 0 && amount >= part->iov_len) {
            amount -= part->iov_len;
            part++;
            count--;
        }
        if (count > 0) {
            part->iov_base = static_cast<char *>(part->iov_base) + amount;
            part->iov_len -= amount;
        }
    }
    file->write_base = file->write_position = file->buffer;
    file->write_end = file->buffer + file->buffer_bytes;
    return size;
}

// Fills the caller's bytes and, behind them, the buffer, in one call. Large reads go past the buffer.
size_t descriptor_read(FILE *file, unsigned char *bytes, size_t size) {
    if (g_interactive_output && g_interactive_output != file)
        flush_writes(g_interactive_output);
    bool uses_buffer = size <= file->buffer_bytes;
    // The last byte wanted comes through the buffer, so that ungetc and fseek find it there.
    iovec parts[2] = {{bytes, size - uses_buffer}, {file->buffer, file->buffer_bytes}};
    long got = parts[0].iov_len == 0 ? checked(SYS_read, file->fd, file->buffer, file->buffer_bytes)
               : !uses_buffer       ? checked(SYS_read, file->fd, bytes, size)
                                    : checked(SYS_readv, file->fd, parts, 2);
    if (got <= 0) {
        file->flags |= got == 0 ? kFileEof : kFileError;
        return 0;
    }
    auto amount = static_cast<size_t>(got);
    if (amount <= parts[0].iov_len)
        return amount;
    file->read_position = file->buffer;
    file->read_end = file->buffer + (amount - parts[0].iov_len);
    bytes[size - 1] = *file->read_position++;
    return size;
}

off_t descriptor_seek(FILE *file, off_t offset, int whence) { return checked(SYS_lseek, file->fd, offset, whence); }
int descriptor_close(FILE *file) { return ::close(file->fd); }

} // namespace

const FileOperations kDescriptorOperations = {descriptor_read, descriptor_write, descriptor_seek, descriptor_close};

} // namespace libc
