// sed -i: each file is written anew beside itself and takes its name when it is whole.
#include "sed/executor.h"

#include "framework/diagnostics.h"
#include "lib/path.h"
#include "lib/unfinished.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::sed {

void Executor::begin_in_place() {
    edited_name_ = lines_.name();
    if (settings_.follow_links) {
        for (int depth = 0; depth < 40; ++depth) {
            auto target = read_link(edited_name_.c_str());
            if (!target) break;
            edited_name_ =
                target->starts_with('/') ? *target : join_path(directory_name(edited_name_), *target);
        }
    }
    struct stat info;
    if (stat(edited_name_.c_str(), &info) != 0) die_errno(4, edited_name_);
    if (!S_ISREG(info.st_mode)) die(4, "couldn't edit %s: not a regular file", edited_name_.c_str());
    temporary_name_ = join_path(directory_name(edited_name_), "sedXXXXXX");
    int fd = -1;
    unfinished_.emplace(temporary_name_, [&] { return (fd = mkstemp(temporary_name_.data())) >= 0; });
    if (fd < 0) die_errno(4, "couldn't open temporary file " + temporary_name_);
    if (fchown(fd, info.st_uid, info.st_gid) != 0 && errno != EPERM) warn_errno(temporary_name_);
    fchmod(fd, info.st_mode & 07777);
    main_.own = std::make_unique<Output>(fd);
    main_.own->defer_errors();
    main_.output = main_.own.get();
    main_.missing_newline = false;
}

void Executor::end_in_place() {
    if (!main_.own) return;
    main_.own->flush();
    int error = main_.own->error();
    if (close(main_.own->fd()) != 0 && !error) error = errno;
    main_.own.reset();
    main_.output = &out;
    main_.missing_newline = false;
    if (error) {
        unlink(temporary_name_.c_str());
        die_errno(4, edited_name_, error);
    }
    if (!settings_.suffix.empty()) {
        // Each * of the suffix is the name; without one it is put behind.
        std::string base(base_name(edited_name_)), backup;
        if (settings_.suffix.contains('*')) {
            for (char byte : settings_.suffix) backup.append(byte == '*' ? base : std::string(1, byte));
        } else {
            backup = base + settings_.suffix;
        }
        if (!backup.contains('/')) backup = join_path(directory_name(edited_name_), backup);
        if (rename(edited_name_.c_str(), backup.c_str()) != 0) warn_errno(backup);
    }
    if (rename(temporary_name_.c_str(), edited_name_.c_str()) != 0) {
        int reason = errno;
        unlink(temporary_name_.c_str());
        die_errno(4, edited_name_, reason);
    }
    unfinished_.reset();
}

} // namespace coreutils::sed
