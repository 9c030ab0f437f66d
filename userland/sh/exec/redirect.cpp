#include "exec/redirect.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

constexpr int kLowestBackup = 40;
constexpr int kMostDescriptors = 1 << 20;

int duplicate_out_of_the_way(int descriptor) {
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, kLowestBackup);
    if (copy < 0 && errno == EINVAL)
        copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    return copy;
}

bool complain(Shell& shell, std::string_view what, std::string_view name) {
    shell.complain({what, name, ": ", strerror(errno)});
    return false;
}

// `>` under noclobber: a new file, or something that is no regular file.
int open_without_clobber(const char* path) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (descriptor >= 0 || errno != EEXIST)
        return descriptor;
    descriptor = open(path, O_WRONLY);
    if (descriptor < 0)
        return -1;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode))
        return descriptor;
    close(descriptor);
    errno = EEXIST;
    return -1;
}

int open_target(Shell& shell, RedirectKind kind, const char* path) {
    switch (kind) {
    case RedirectKind::input: return open(path, O_RDONLY);
    case RedirectKind::append: return open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    case RedirectKind::read_write: return open(path, O_RDWR | O_CREAT, 0666);
    case RedirectKind::output:
        if (shell.options[Option::no_clobber])
            return open_without_clobber(path);
        [[fallthrough]];
    default: return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    }
}

// The reading end of a pipe that delivers the text. Short texts fit into the pipe; longer ones get a writer.
int open_here_document(Shell& shell, const std::string& text) {
    int ends[2];
    if (pipe(ends) < 0)
        return -1;
    if (text.size() <= PIPE_BUF) {
        write_all(ends[1], text);
    } else {
        pid_t pid = shell.jobs.fork_helper();
        if (pid == 0) {
            close(ends[0]);
            signal(SIGPIPE, SIG_DFL);
            _exit(write_all(ends[1], text) ? 0 : 1);
        }
        if (pid < 0) {
            close(ends[0]);
            close(ends[1]);
            errno = EAGAIN;
            return -1;
        }
    }
    close(ends[1]);
    return ends[0];
}

bool duplicate(Shell& shell, const Redirect& redirect, const std::string& target, DescriptorBackup* backup) {
    if (target == "-") {
        if (backup && !backup->save(redirect.descriptor))
            return complain(shell, "", number_text(redirect.descriptor));
        close(redirect.descriptor);
        return true;
    }
    auto source = parse_small_number(target, kMostDescriptors);
    if (!source) {
        shell.complain({target, ": bad file descriptor number"});
        return false;
    }
    // The shell's own descriptors are not the script's.
    int flags = fcntl(*source, F_GETFD);
    if (flags < 0 || (*source >= kLowestBackup && (flags & FD_CLOEXEC))) {
        errno = EBADF;
        return complain(shell, "", target);
    }
    if (*source == redirect.descriptor)
        return true;
    if (backup && !backup->save(redirect.descriptor))
        return complain(shell, "", number_text(redirect.descriptor));
    if (dup2(*source, redirect.descriptor) < 0)
        return complain(shell, "", number_text(redirect.descriptor));
    return true;
}

bool apply(Shell& shell, const PreparedRedirect& prepared, DescriptorBackup* backup) {
    const Redirect& redirect = *prepared.redirect;
    if (redirect.kind == RedirectKind::dup_input || redirect.kind == RedirectKind::dup_output)
        return duplicate(shell, redirect, prepared.target, backup);
    int descriptor;
    if (redirect.kind == RedirectKind::here_doc || redirect.kind == RedirectKind::here_string) {
        descriptor = open_here_document(shell, prepared.target);
        if (descriptor < 0)
            return complain(shell, "cannot make a pipe for the here-document", "");
    } else {
        do
            descriptor = open_target(shell, redirect.kind, prepared.target.c_str());
        while (descriptor < 0 && errno == EINTR && !Traps::any_pending() && !Traps::interrupted());
        if (descriptor < 0) {
            bool creates = redirect.kind != RedirectKind::input;
            return complain(shell, creates ? "cannot create " : "cannot open ", prepared.target);
        }
    }
    if (descriptor == redirect.descriptor) {
        // It was closed before; say so to the backup.
        if (backup) {
            int moved = duplicate_out_of_the_way(descriptor);
            close(descriptor);
            backup->save(redirect.descriptor);
            dup2(moved, descriptor);
            close(moved);
        }
        return true;
    }
    bool ok = !backup || backup->save(redirect.descriptor);
    ok = ok && dup2(descriptor, redirect.descriptor) >= 0;
    int error = errno;
    close(descriptor);
    errno = error;
    return ok || complain(shell, "", number_text(redirect.descriptor));
}

}  // namespace

bool DescriptorBackup::save(int descriptor) {
    for (const Saved& saved : saved_)
        if (saved.descriptor == descriptor)
            return true;
    int copy = duplicate_out_of_the_way(descriptor);
    if (copy < 0 && errno != EBADF)
        return false;
    saved_.push_back({descriptor, copy});
    return true;
}

void DescriptorBackup::restore() {
    while (!saved_.empty()) {
        Saved saved = saved_.back();
        saved_.pop_back();
        if (saved.copy < 0) {
            close(saved.descriptor);
        } else {
            dup2(saved.copy, saved.descriptor);
            close(saved.copy);
        }
    }
}

void DescriptorBackup::keep() {
    for (const Saved& saved : saved_)
        if (saved.copy >= 0)
            close(saved.copy);
    saved_.clear();
}

bool prepare_redirects(Shell& shell, std::span<const Redirect> redirects, std::vector<PreparedRedirect>& prepared) {
    for (const Redirect& redirect : redirects) {
        Expander expander(shell);
        std::string target;
        if (!expander.text(*redirect.target, target))
            return false;
        if (redirect.kind == RedirectKind::here_string)
            target += '\n';
        prepared.push_back({&redirect, std::move(target)});
    }
    return true;
}

bool apply_redirects(Shell& shell, const std::vector<PreparedRedirect>& prepared, DescriptorBackup* backup) {
    for (const PreparedRedirect& each : prepared)
        if (!apply(shell, each, backup))
            return false;
    return true;
}

bool redirect_all(Shell& shell, std::span<const Redirect> redirects, DescriptorBackup* backup) {
    std::vector<PreparedRedirect> prepared;
    return prepare_redirects(shell, redirects, prepared) && apply_redirects(shell, prepared, backup);
}

}  // namespace sh
