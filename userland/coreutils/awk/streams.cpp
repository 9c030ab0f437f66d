#include "awk/streams.h"

#include "awk/regex_text.h"
#include "framework/diagnostics.h"
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils::awk {
namespace {

// What system() and close() return.
int exit_status(int status) {
    if (status < 0) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

} // namespace

void Separator::set(const std::string& text) {
    regex.reset();
    if (text.empty()) {
        mode = Mode::paragraph;
    } else if (text.size() == 1) {
        mode = Mode::byte;
        byte = text[0];
    } else {
        mode = Mode::regex;
        regex = compile_regex(text, "RS");
    }
}

std::optional<std::string_view> RecordReader::next(const Separator& separator) {
    switch (separator.mode) {
    case Separator::Mode::byte:
        return input_.next_line(separator.byte);
    case Separator::Mode::paragraph:
        return next_paragraph();
    case Separator::Mode::regex:
        return next_match(*separator.regex);
    }
    __builtin_unreachable();
}

std::optional<std::string_view> RecordReader::next_paragraph() {
    std::optional<std::string_view> line;
    do {
        line = input_.next_line();
        if (!line) return std::nullopt;
    } while (line->empty());
    record_.assign(*line);
    while ((line = input_.next_line()) && !line->empty()) {
        record_.push_back('\n');
        record_.append(*line);
    }
    return record_;
}

std::optional<std::string_view> RecordReader::next_match(const Regex& regex) {
    for (;;) {
        std::string_view text = input_.buffered();
        bool found =
            !text.empty() && regex.search(text, 0, matches_) && matches_[0].rm_eo > matches_[0].rm_so;
        auto begin = static_cast<size_t>(found ? matches_[0].rm_so : 0);
        auto end = static_cast<size_t>(found ? matches_[0].rm_eo : 0);
        // A match at the end of what is there might go on.
        if (found && end < text.size()) {
            record_.assign(text.substr(0, begin));
            input_.consume(end);
            return record_;
        }
        if (input_.fill_more()) continue;
        text = input_.buffered();
        if (text.empty()) return std::nullopt;
        size_t length = found ? begin : text.size();
        if (!found && text.ends_with('\n')) --length;
        record_.assign(text.substr(0, length));
        input_.consume(text.size());
        return record_;
    }
}

Output& Streams::file_output(const std::string& name, bool append) {
    if (name == "/dev/stdout" || name == "-") return out;
    auto found = outputs_.find(name);
    if (found != outputs_.end()) return *found->second.output;
    int fd = name == "/dev/stderr"
                 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
                 : ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0666);
    if (fd < 0) die(2, "cannot open \"%s\" for output: %m", name.c_str());
    return *outputs_.emplace(name, OutputStream{std::make_unique<Output>(fd), fd, 0}).first->second.output;
}

Output& Streams::command_output(const std::string& command) {
    auto found = outputs_.find(command);
    if (found != outputs_.end()) return *found->second.output;
    flush_all();
    auto [fd, child] = start_shell(command.c_str(), PipeFlow::to_program);
    return *outputs_.emplace(command, OutputStream{std::make_unique<Output>(fd), fd, child})
                .first->second.output;
}

RecordReader* Streams::file_input(const std::string& name) {
    auto found = inputs_.find(name);
    if (found != inputs_.end()) return found->second.reader.get();
    auto reader = std::make_unique<RecordReader>();
    if (!reader->open(name == "/dev/stdin" ? "-" : name.c_str())) return nullptr;
    return inputs_.emplace(name, InputStream{std::move(reader), 0}).first->second.reader.get();
}

RecordReader* Streams::command_input(const std::string& command) {
    auto found = inputs_.find(command);
    if (found != inputs_.end()) return found->second.reader.get();
    flush_all();
    auto [fd, child] = start_shell(command.c_str(), PipeFlow::from_program);
    return inputs_.emplace(command, InputStream{std::make_unique<RecordReader>(fd), child})
        .first->second.reader.get();
}

int Streams::finish(OutputStream& stream) {
    stream.output->flush();
    stream.output.reset();
    ::close(stream.fd);
    return stream.child ? exit_status(wait_for(stream.child)) : 0;
}

int Streams::finish(InputStream& stream) {
    stream.reader.reset(); // closes: a command that goes on writing ends by SIGPIPE
    return stream.child ? exit_status(wait_for(stream.child)) : 0;
}

int Streams::close(const std::string& name) {
    int status = -1;
    if (auto found = outputs_.find(name); found != outputs_.end()) {
        found->second.output->finish_file(name.c_str());
        status = finish(found->second);
        outputs_.erase(found);
    }
    if (auto found = inputs_.find(name); found != inputs_.end()) {
        status = finish(found->second);
        inputs_.erase(found);
    }
    return status;
}

void Streams::flush_all() {
    out.flush();
    for (auto& [name, stream] : outputs_) stream.output->finish_file(name.c_str());
}

bool Streams::flush(const std::string& name) {
    auto found = outputs_.find(name);
    if (found == outputs_.end()) return false;
    found->second.output->flush();
    return true;
}

void Streams::close_all() {
    flush_all();
    for (auto& [name, stream] : outputs_) finish(stream);
    for (auto& [name, stream] : inputs_) finish(stream);
    outputs_.clear();
    inputs_.clear();
}

int run_shell(const std::string& command) {
    struct sigaction ignore = {}, interrupt, quit;
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    pid_t child = fork();
    if (child == 0) {
        sigaction(SIGINT, &interrupt, nullptr);
        sigaction(SIGQUIT, &quit, nullptr);
        execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    int status = child < 0 ? -1 : exit_status(wait_for(child));
    sigaction(SIGINT, &interrupt, nullptr);
    sigaction(SIGQUIT, &quit, nullptr);
    return status;
}

} // namespace coreutils::awk
