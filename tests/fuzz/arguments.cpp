#include "arguments.h"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

constexpr unsigned long kPage = 4096;
// Every name lies below the working directory or is harmless.
constexpr const char* kPaths[] = {
    "a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/f", ".", "..", "./", "a/", "link", "loop", "fifo", "sock", "", "/", "/dev/null",
    "/dev/zero", "/proc/self/maps", "/proc/self/stat", "/proc/self/fd/3", "/proc/self/mem", "/dev/full", "/proc/self/exe", "d/../a",
    "tmpfs", "proc", "/dev/ptmx", "/dev/tty", "/proc/self/fd", "/proc/self/task", "/name", "d//e/./f", "/proc/self/cwd/a",
};
constexpr unsigned long kIntegers[] = {
    0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 1023, 1024, 4095, 4096, 4097, 8191, 8192, 65535, 65536,
    0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, ~0ul, ~1ul, ~4095ul, 1ul << 47,
    (1ul << 47) - 4096, 0xffff800000000000, 0xffffffff80000000, 0xffffffff80100000,
};

template <typename T, unsigned long N> const T& pick(Random& random, const T (&choices)[N]) { return choices[random.below(N)]; }

} // namespace

Arguments::Arguments(Random& random, bool is_privileged) : random_(random), is_privileged_(is_privileged) {
    void* area = mmap(nullptr, kSize + 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) _exit(1);
    memory_ = static_cast<unsigned char*>(area);
    mprotect(memory_ + kSize, kPage, PROT_READ);
    mprotect(memory_ + kSize + kPage, kPage, PROT_NONE);
    for (int i = 0; i < 64; ++i) scramble();
}

unsigned long Arguments::integer() {
    switch (random_.below(5)) {
    case 0: return random_.below(16);
    case 1: return pick(random_, kIntegers);
    case 2: return 1ul << random_.below(64);
    case 3: return pick(random_, kIntegers) + random_.below(5) - 2;
    default: return random_.next() >> random_.below(64);
    }
}

unsigned long Arguments::pointer() {
    auto base = reinterpret_cast<unsigned long>(memory_);
    switch (random_.below(16)) {
    case 0: return 0;
    case 1: return pick(random_, kIntegers);
    case 2: return base + kSize - random_.below(64);         // runs into what can only be read
    case 3: return base + kSize + kPage - random_.below(64); // runs into nothing
    case 4: return base + random_.below(kSize);
    case 5: return random_.next();
    default: return base + random_.below(kSize / 64) * 64;
    }
}

unsigned long Arguments::descriptor() {
    if (random_.chance(80)) return 3 + random_.below(24);
    constexpr long kOdd[] = {-1, -2, AT_FDCWD, 0, 1, 2, 63, 64, 255, 256, 1023, 1024, 4096, 0x7fffffff, -0x7fffffff};
    return static_cast<unsigned long>(pick(random_, kOdd));
}

unsigned long Arguments::path() {
    if (random_.chance(10)) return pointer();
    auto* at = memory_ + random_.below(kSize / 8192) * 8192;
    if (random_.chance(3)) { // long ones: components of 255 and 256 bytes, paths around the limit
        unsigned long length = random_.chance(50) ? 254 + random_.below(4) : 4093 + random_.below(5);
        memset(at, 'x', length);
        if (length > 300)
            for (unsigned long i = 100; i < length; i += 100) at[i] = '/';
        at[length] = 0;
    } else {
        strcpy(reinterpret_cast<char*>(at), pick(random_, kPaths));
    }
    return reinterpret_cast<unsigned long>(at);
}

unsigned long Arguments::process() {
    // A privileged caller must not reach the supervisor: by number, by its group or by all at once.
    if (is_privileged_) return random_.chance(50) ? static_cast<unsigned long>(getpid()) : random_.chance(50) ? 0x3fffffff : 0;
    constexpr long kOdd[] = {0, -1, 1, 2, 3, 0x7fffffff, -0x7fffffff, 4194304, 65536};
    if (random_.chance(50)) return static_cast<unsigned long>(getpid() + static_cast<long>(random_.below(6)) - 3);
    return static_cast<unsigned long>(pick(random_, kOdd));
}

unsigned long Arguments::time() {
    if (random_.chance(20)) return pointer();
    auto* at = reinterpret_cast<long*>(memory_ + random_.below(kSize / 64) * 64);
    // Two pairs: an itimerspec's interval and value, or one timespec.
    for (int i = 0; i < 4; i += 2) {
        at[i] = random_.chance(90) ? 0 : static_cast<long>(integer());
        at[i + 1] = random_.chance(90) ? static_cast<long>(random_.below(1000000)) : static_cast<long>(integer());
    }
    return reinterpret_cast<unsigned long>(at);
}

unsigned long Arguments::make(Kind kind) {
    switch (kind) {
    case Kind::None: return 0;
    case Kind::Fd: return descriptor();
    case Kind::Path: return path();
    case Kind::Size: return random_.chance(70) ? random_.below(9000) : integer();
    case Kind::Address: return random_.chance(70) ? pointer() & ~(kPage - 1) : pointer();
    case Kind::Process: return process();
    case Kind::Signal: return random_.chance(80) ? random_.below(66) : integer();
    case Kind::Time: return time();
    case Kind::Flags: {
        unsigned long flags = 0;
        if (random_.chance(30)) return integer();
        if (random_.chance(40)) return random_.below(32);
        for (unsigned long bits = random_.below(5); bits-- != 0;) flags |= 1ul << random_.below(random_.chance(80) ? 22 : 64);
        return flags;
    }
    case Kind::Any: return random_.chance(60) ? pointer() : integer();
    }
    return 0;
}

void Arguments::scramble() {
    auto* words = reinterpret_cast<unsigned long*>(memory_ + random_.below(kSize / 64 - 16) * 64);
    switch (random_.below(8)) {
    case 0: // vectors
        for (int i = 0; i < 16; i += 2) words[i] = pointer(), words[i + 1] = random_.chance(80) ? random_.below(5000) : integer();
        break;
    case 1: // pollfd, epoll_event and the like
        for (int i = 0; i < 16; ++i) words[i] = (descriptor() & 0xffffffff) | random_.next() << 32;
        break;
    case 2: // pointers
        for (int i = 0; i < 16; ++i) words[i] = random_.chance(20) ? 0 : pointer();
        break;
    case 3: // an address of a socket, with the name after it
        words[0] = 0;
        reinterpret_cast<sockaddr_un*>(words)->sun_family = AF_UNIX;
        strcpy(reinterpret_cast<sockaddr_un*>(words)->sun_path, random_.chance(70) ? "sock" : "x/y");
        break;
    case 4: // a msghdr: name, vectors, control
        words[0] = pointer(), words[1] = random_.below(110), words[2] = pointer(), words[3] = random_.below(4);
        words[4] = reinterpret_cast<unsigned long>(words + 8), words[5] = random_.below(64), words[6] = 0;
        words[8] = 16 + 4 * random_.below(4), words[9] = SOL_SOCKET | (1 + random_.below(2)) << 32;
        words[10] = (descriptor() & 0xffffffff) | descriptor() << 32;
        break;
    case 5: memset(words, random_.chance(50) ? 0 : 0xff, 128); break;
    case 6:
        for (int i = 0; i < 16; ++i) words[i] = integer();
        break;
    default:
        for (int i = 0; i < 16; ++i) words[i] = random_.below(100);
    }
}
