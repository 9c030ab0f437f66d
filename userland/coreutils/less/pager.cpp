// The life of the pager: files are opened, keys read and carried out until the end.
#include "less/pager.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

namespace coreutils::less {

Pager::Pager(Settings& settings, RawTerminal& terminal, std::vector<File>& files)
    : settings_(settings), terminal_(terminal), files_(files) {
    catch_signals();
}

int Pager::run() {
    if (!open_file(0)) {
        size_t next = 1;
        while (next < files_.size() && !open_file(next)) ++next;
        if (next >= files_.size()) return 1;
    }
    measure();
    if (!settings_.start_pattern.empty()) search(settings_.start_pattern, true, 1);
    for (char key : settings_.start_commands) pushed_.push_back(static_cast<unsigned char>(key));
    std::reverse(pushed_.begin(), pushed_.end());
    draw();
    while (!done_) {
        if (pushed_.empty() && settings_.quit_at_first_end && at_end() && !has_next_file()) break;
        command();
    }
    out.write("\r\033[K");
    out.flush();
    return status_;
}

bool Pager::open_file(size_t index) {
    File& target = files_[index];
    if (!target.text) {
        int fd = target.name == "-" ? STDIN_FILENO : open(target.name.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0 || is_directory(target.name.c_str())) {
            message_ = target.name + ": " + (fd < 0 ? strerror(errno) : strerror(EISDIR));
            if (fd >= 0) close(fd);
            warn("%s", message_.c_str());
            status_ = 1;
            return false;
        }
        target.text = std::make_unique<Text>(fd);
    }
    current_ = index;
    first_prompt_ = true;
    return true;
}

} // namespace coreutils::less
