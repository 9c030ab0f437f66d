// Other programs from inside vi: filters, :!command, :w !command and :r !command; and the text that is kept
// when a signal ends the editor.
#include "framework/output.h"
#include "lib/write_all.h"
#include "vi/editor.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils::vi {
namespace {

constexpr const char* kKeptSuffix = ".save";

struct Outcome {
    int error = 0;  // errno: the command could not be run
    int status = 0; // as waitpid tells
    std::string text;
};

// Runs the command with `input` as its standard input; what it writes is the text. Both go on at once, so
// that neither waits for the other.
Outcome pipe_through(const std::string& command, std::string_view input) {
    Outcome outcome;
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0) return {.error = errno, .status = 0, .text = {}};
    if (pipe2(from, O_CLOEXEC) != 0) {
        outcome.error = errno;
        close(to[0]);
        close(to[1]);
        return outcome;
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        dup2(from[1], STDERR_FILENO);
        for (int number : {SIGPIPE, SIGHUP, SIGTERM}) signal(number, SIG_DFL);
        execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    outcome.error = child < 0 ? errno : 0;
    close(to[0]);
    close(from[1]);
    auto old_handler = signal(SIGPIPE, SIG_IGN);
    fcntl(to[1], F_SETFL, O_NONBLOCK);
    pollfd ends[2] = {{from[0], POLLIN, 0}, {to[1], POLLOUT, 0}};
    char block[16 * 1024];
    while (child > 0 && ends[0].fd >= 0) {
        if (ends[1].fd >= 0 && input.empty()) {
            close(ends[1].fd);
            ends[1].fd = -1;
        }
        if (poll(ends, 2, -1) < 0) continue;
        if (ends[1].fd >= 0 && ends[1].revents) {
            ssize_t count = write(ends[1].fd, input.data(), input.size());
            if (count > 0)
                input.remove_prefix(static_cast<size_t>(count));
            else if (errno != EAGAIN && errno != EINTR)
                input = {}; // it reads no more
        }
        if (ends[0].revents) {
            ssize_t count = read(ends[0].fd, block, sizeof(block));
            if (count > 0)
                outcome.text.append(block, static_cast<size_t>(count));
            else if (count == 0 || errno != EINTR)
                break;
        }
    }
    if (ends[1].fd >= 0) close(ends[1].fd);
    close(from[0]);
    while (child > 0 && waitpid(child, &outcome.status, 0) < 0 && errno == EINTR) {
    }
    signal(SIGPIPE, old_handler);
    return outcome;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string kept_name(const std::string& name) { return (name.empty() ? "vi" : name) + kKeptSuffix; }

} // namespace

bool Editor::expand_command(std::string& command) {
    std::string expanded;
    for (size_t at = 0; at < command.size(); ++at) {
        char byte = command[at];
        if (byte == '\\' && at + 1 < command.size() && (command[at + 1] == '%' || command[at + 1] == '!')) {
            expanded.push_back(command[++at]);
        } else if (byte == '%') {
            if (name_.empty()) {
                complain("No current filename for %%");
                return false;
            }
            expanded += name_;
        } else if (byte == '!') {
            if (last_command_.empty()) {
                complain("No previous command for !");
                return false;
            }
            expanded += last_command_;
        } else {
            expanded.push_back(byte);
        }
    }
    command = last_command_ = expanded;
    return true;
}

void Editor::insert_lines_at(size_t at, std::vector<std::string> lines) {
    size_t count = lines.size();
    if (count > 0) buffer_.replace(at, 0, std::move(lines));
    move_to({std::min(at, buffer_.line_count() - 1), 0});
    say("%zu lines", count);
}

void Editor::filter_lines(size_t first, size_t last, std::string command) {
    if (!expand_command(command)) return;
    Outcome outcome = pipe_through(command, buffer_.text(first, last));
    if (outcome.error) return complain_of(command, outcome.error);
    std::vector<std::string> lines = lines_of(outcome.text);
    size_t before = last - first + 1, after = lines.size();
    buffer_.replace(first, before, std::move(lines));
    move_to({std::min(first, buffer_.line_count() - 1), 0});
    if (outcome.status != 0)
        say("The command failed (u takes its output back)");
    else if (before > 2 || after > 2)
        say("%zu lines became %zu", before, after);
}

void Editor::read_from_command(size_t at, std::string command) {
    if (!expand_command(command)) return;
    Outcome outcome = pipe_through(command, {});
    if (outcome.error) return complain_of(command, outcome.error);
    insert_lines_at(at, lines_of(outcome.text));
}

void Editor::write_to_command(size_t first, size_t last, std::string command) {
    if (!expand_command(command)) return;
    Outcome outcome = pipe_through(command, buffer_.text(first, last));
    if (outcome.error) return complain_of(command, outcome.error);
    terminal_.leave();
    if (!ex_mode_) out.write("\n");
    out.write(outcome.text);
    wait_for_return();
}

void Editor::shell_command(const std::string& text) {
    std::string command = text;
    if (!expand_command(command)) return;
    terminal_.leave();
    if (!ex_mode_) out.write("\n");
    out.flush();
    if (system(command.c_str()) < 0) complain("The command could not be run");
    wait_for_return();
}

// What the program wrote stays to be read before the screen comes back.
void Editor::wait_for_return() {
    if (!ex_mode_) {
        out.write("[Hit return to continue]");
        out.flush();
        char byte;
        while (read(terminal_.fd(), &byte, 1) == 1 && byte != '\n' && byte != '\r') {
        }
    }
    terminal_.enter();
    repaint_ = true;
}

// Writes the text to NAME.save; false after complaining.
bool Editor::preserve() {
    std::string name = kept_name(name_);
    int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    std::string text = buffer_.text(0, buffer_.line_count() - 1);
    bool done = fd >= 0 && write_all(fd, text);
    int error = errno;
    if (fd >= 0) close(fd);
    if (done)
        say("\"%s\" keeps the text; vi -r brings it back", name.c_str());
    else
        complain_of(name, error);
    return done;
}

void Editor::recover(const std::string& name) {
    std::string kept = kept_name(name);
    if (!read_file(kept) || access(kept.c_str(), R_OK) != 0) {
        name_ = name;
        return complain("Nothing is kept of \"%s\"", name.c_str());
    }
    name_ = name;
    buffer_.set_modified();
    say("\"%s\" recovered; :w writes \"%s\"", kept.c_str(), name.c_str());
}

void Editor::end_by_signal(int number) {
    if (buffer_.is_modified()) preserve();
    terminal_.leave();
    signal(number, SIG_DFL);
    raise(number);
    _exit(128 + number);
}

} // namespace coreutils::vi
