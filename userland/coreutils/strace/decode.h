// System calls as text: names by number, and arguments by the kind of value they are.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace coreutils::strace {

struct Call {
    unsigned number;
    const char* name;
    // One letter an argument: a directory of an *at call, A access mode, b bytes read from the program (the
    // next argument says how many), B bytes written to it (the result says how many), c clone flags, d
    // signed, D socket domain, e environment, f descriptor, F fcntl command, g signal set, h how of
    // sigprocmask, I ioctl command, k socket type, l whence of lseek, m mmap flags, M protection, o octal, O
    // open flags, p path, P two descriptors, s signal, S status of a file, T time, u unsigned, v strings, w
    // wait options, W wait status, x hexadecimal, z flags of *at calls.
    const char* arguments;
};

// Never null: what is not known is "syscall_0x…" with six arguments.
const Call& call_of(unsigned number);
// Whether `name` is the call's, or one of the sets %file, %desc, %process, %network, %memory, %signal (also
// without %).
bool call_matches(const Call& call, std::string_view name);
bool call_exists(std::string_view name);

class Memory {
public:
    explicit Memory(pid_t process) : process_(process) {}
    // Bytes read, less than `size` where the memory ends.
    size_t read(uint64_t address, void* buffer, size_t size) const;
    // A string in quotes of at most `most` characters, or the address when there is none.
    std::string quoted_string(uint64_t address, size_t most) const;
    std::string quoted_bytes(uint64_t address, size_t size, size_t most) const;
    pid_t process() const { return process_; }

private:
    pid_t process_;
};

struct View {
    size_t string_bytes = 32; // -s
    bool paths = false;       // -y: descriptors with what they are
};

// Whether the argument is only known when the call returns.
bool is_result(char letter);
// Argument `index` of `values`; `result` is what the call returned, if it has.
std::string decode(char letter, const uint64_t* values, size_t index, int64_t result, const Memory& memory,
                   const View& view);
// " = 3", " = -1 ENOENT (No such file or directory)", " = ?"
std::string decode_result(const Call& call, int64_t result, const Memory& memory, const View& view);

} // namespace coreutils::strace
