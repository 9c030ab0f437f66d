#include "sed/lines.h"

#include "framework/diagnostics.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::sed {
namespace {

bool is_directory_fd(int fd) {
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

} // namespace

bool Lines::open_next() {
    while (next_ < names_.size()) {
        name_ = names_[next_++];
        input_ = std::make_unique<Input>();
        // Nothing can be put in the place of standard input: with -i a file of that name is meant.
        if (input_->open(settings_.in_place && strcmp(name_, "-") == 0 ? "./-" : name_)) {
            if (is_directory_fd(input_->fd())) {
                warn("%s: %s", name_, settings_.in_place ? "not a regular file" : "is a directory");
                status = settings_.in_place ? 4 : 2;
                continue;
            }
            if (settings_.unbuffered) input_->read_bytes();
            return true;
        }
        warn_errno(name_);
        status = 2;
    }
    input_.reset();
    return false;
}

bool Lines::read(std::string& line, bool& ended) {
    auto next = input_->next_line(settings_.delimiter, &ended);
    if (input_->error()) {
        warn_errno(input_label(name_), input_->error());
        status = 2;
    }
    if (!next) return false;
    line.assign(*next);
    return true;
}

bool Lines::is_last() {
    if (!input_) return true;
    if (!file_is_finished()) return false;
    if (settings_.separate) return true;
    for (size_t i = next_; i < names_.size(); ++i) {
        // A later file that is empty or missing does not count.
        if (strcmp(names_[i], "-") == 0) return false;
        int fd = open(names_[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0) continue;
        struct stat info;
        char byte;
        bool has_text = fstat(fd, &info) == 0 && !S_ISDIR(info.st_mode) &&
                        (!S_ISREG(info.st_mode) || ::read(fd, &byte, 1) == 1);
        close(fd);
        if (has_text) return false;
    }
    return true;
}

} // namespace coreutils::sed
