// The table of system calls: names and kinds of arguments from the kernel's own table, with what those do not
// tell about the common calls.
#include "strace/decode.h"

#include <algorithm>
#include <array>
#include <stdio.h>
#include <string.h>

namespace coreutils::strace {
namespace {

constexpr Call kCalls[] = {
#include "strace_calls.inc"
};

struct Signature {
    const char *name, *arguments;
};
constexpr Signature kSignatures[] = {
    {"read", "fBu"},
    {"write", "fbu"},
    {"open", "pOo"},
    {"openat", "apOo"},
    {"creat", "po"},
    {"stat", "pS"},
    {"lstat", "pS"},
    {"fstat", "fS"},
    {"newfstatat", "apSz"},
    {"access", "pA"},
    {"faccessat", "apA"},
    {"faccessat2", "apAz"},
    {"execve", "pve"},
    {"execveat", "apvez"},
    {"mmap", "xuMmfx"},
    {"mprotect", "xuM"},
    {"munmap", "xu"},
    {"brk", "x"},
    {"lseek", "fdl"},
    {"pread64", "fBud"},
    {"pwrite64", "fbud"},
    {"pipe", "P"},
    {"pipe2", "PO"},
    {"dup3", "ffO"},
    {"fcntl", "fFx"},
    {"ioctl", "fIx"},
    {"kill", "ds"},
    {"tgkill", "dds"},
    {"tkill", "ds"},
    {"rt_sigaction", "sxxu"},
    {"rt_sigprocmask", "hgxu"},
    {"wait4", "dWwx"},
    {"clone", "cxxxx"},
    {"nanosleep", "Tx"},
    {"clock_nanosleep", "udTx"},
    {"readlink", "pBu"},
    {"readlinkat", "apBu"},
    {"unlinkat", "apz"},
    {"symlink", "pp"},
    {"symlinkat", "pap"},
    {"socket", "Dkd"},
    {"getcwd", "Bu"},
    {"getrandom", "Bux"},
    {"exit_group", "d"},
    {"exit", "d"},
    {"chdir", "p"},
    {"umask", "o"},
    {"sendto", "fbuxxu"},
    {"recvfrom", "fBuxxx"},
    {"getpriority", "dd"},
    {"setpriority", "ddd"},
    {"dup2", "ff"},
    {"flock", "fu"},
    {"ftruncate", "fd"},
    {"truncate", "pd"},
    {"mount", "pppxx"},
    {"umount2", "px"},
    {"chmod", "po"},
    {"fchmodat", "apo"},
    {"chown", "pdd"},
    {"fchownat", "apddz"},
    {"getdents64", "fxu"},
    {"futex", "xxuxxx"},
    {"poll", "xud"},
    {"alarm", "u"},
    {"set_tid_address", "x"},
    {"setuid", "u"},
    {"setgid", "u"},
};

struct Set {
    std::string_view name, members; // names with blanks around each
};
constexpr Set kSets[] = {
    {"process", " fork vfork clone clone3 execve execveat exit exit_group wait4 waitid kill tkill tgkill "
                "rt_sigqueueinfo pidfd_open pidfd_send_signal "},
    {"network", " socket socketpair bind listen accept accept4 connect sendto recvfrom sendmsg recvmsg "
                "sendmmsg recvmmsg shutdown getsockname getpeername "
                "setsockopt getsockopt sendfile "},
    {"memory", " brk mmap munmap mprotect mremap madvise mlock mlock2 munlock mlockall munlockall mincore "
               "msync remap_file_pages pkey_mprotect "},
    {"signal", " rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigreturn "
               "sigaltstack kill tkill tgkill signalfd signalfd4 pause "},
};

constexpr size_t kNumbers = 512;
const Call& unknown_call(unsigned number) {
    static char name[32];
    static Call unknown{0, name, "xxxxxx"};
    snprintf(name, sizeof name, "syscall_0x%x", number);
    unknown.number = number;
    return unknown;
}

// Rows by number, with the signatures put in.
const std::array<Call, kNumbers>& calls() {
    static const auto* table = [] {
        auto* rows = new std::array<Call, kNumbers>{};
        for (const Call& call : kCalls) {
            if (call.number >= kNumbers) continue;
            Call& row = (*rows)[call.number];
            row = call;
            for (const Signature& signature : kSignatures)
                if (strcmp(signature.name, call.name) == 0) row.arguments = signature.arguments;
        }
        return rows;
    }();
    return *table;
}

} // namespace

const Call& call_of(unsigned number) {
    return number < kNumbers && calls()[number].name ? calls()[number] : unknown_call(number);
}

bool call_matches(const Call& call, std::string_view name) {
    if (name == call.name || name == "all") return true;
    if (name.starts_with('%')) name.remove_prefix(1);
    if (name == "file") return strpbrk(call.arguments, "p") != nullptr;
    if (name == "desc") return strpbrk(call.arguments, "fa") != nullptr;
    for (const Set& set : kSets)
        if (set.name == name) return set.members.contains(" " + std::string(call.name) + " ");
    return false;
}

bool call_exists(std::string_view name) {
    return std::any_of(calls().begin(), calls().end(),
                       [&](const Call& call) { return call.name && call_matches(call, name); });
}

} // namespace coreutils::strace
