#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace init {
namespace {

constexpr int kConsoleTries = 10, kConsolePauseMs = 10;

} // namespace

void report(std::string_view message) {
    std::string line = "init: " + std::string(message) + "\n";
    // A terminal that somebody has stopped must not stop init: it gets a tenth of a second.
    Descriptor console(open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    std::string_view rest = line;
    for (int tries = 0; console && !rest.empty() && tries < kConsoleTries; ++tries) {
        ssize_t written = write(console.get(), rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<size_t>(written));
            continue;
        }
        pollfd state = {console.get(), POLLOUT, 0};
        if (poll(&state, 1, kConsolePauseMs) == 1) usleep(1000); // room, but another writer's turn
    }
}

void note_in_kernel_log(std::string_view message) {
    std::string line = "<4>init: " + std::string(message) + "\n";
    Descriptor log(open("/dev/kmsg", O_WRONLY | O_CLOEXEC));
    if (!log || write(log.get(), line.data(), line.size()) < 0) report(message);
}

std::string read_file(const std::string& path, size_t limit) {
    std::string text;
    // A FIFO or a terminal must not hold process 1.
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    char buffer[1024];
    ssize_t size;
    while (file && text.size() < limit &&
           (size = read(file.get(), buffer, std::min(sizeof buffer, limit - text.size()))) > 0)
        text.append(buffer, static_cast<size_t>(size));
    return text;
}

std::string boot_option(std::string_view option) {
    static const std::string line = read_file("/proc/cmdline");
    std::string_view rest = line;
    std::string value;
    while (!rest.empty()) {
        size_t end = std::min(rest.find_first_of(" \n"), rest.size());
        std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!word.starts_with(option)) continue;
        if (word.size() == option.size())
            value = word;
        else if (word[option.size()] == '=')
            value = word.substr(option.size() + 1);
    }
    return value;
}

uint64_t monotonic_us() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

uint64_t monotonic_ms() { return monotonic_us() / 1000; }

void Descriptor::reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
}

} // namespace init
