// What a script writes: the main output and the files of w, line by line, what a i r R l print.
#include "sed/executor.h"

#include "framework/diagnostics.h"
#include "framework/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

namespace coreutils::sed {

void Executor::open_outputs() {
    for (const std::string& name : script_.outputs) {
        Sink sink;
        if (name == "/dev/stdout") {
            sink.output = nullptr; // whatever standard output is at that moment
        } else {
            int fd = name == "/dev/stderr"
                         ? STDERR_FILENO
                         : open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
            if (fd < 0) die_errno(4, name);
            sink.own = std::make_unique<Output>(fd);
            sink.output = sink.own.get();
        }
        sinks_.push_back(std::move(sink));
    }
}

void Executor::write_text(Sink& target, std::string_view text) {
    Sink& sink = target.output ? target : main_;
    if (sink.missing_newline) sink.output->put(settings_.delimiter);
    sink.missing_newline = false;
    sink.output->write(text);
    flush_sink(sink);
}

// Files of w are written line by line, as others may read them meanwhile.
void Executor::flush_sink(const Sink& sink) {
    if (settings_.unbuffered || sink.own) sink.output->flush();
    if (sink.own && &sink != &main_ && sink.output->error())
        die(4, "couldn't write to a file: %s", strerror(sink.output->error()));
}

void Executor::write_line(Sink& target, std::string_view text, bool ended) {
    Sink& sink = target.output ? target : main_;
    if (sink.missing_newline) sink.output->put(settings_.delimiter);
    sink.output->write(text);
    sink.missing_newline = !ended;
    if (ended) sink.output->put(settings_.delimiter);
    flush_sink(sink);
}

void Executor::write_first_line(Sink& target) {
    size_t end = pattern_space_.find(settings_.delimiter);
    write_line(target, std::string_view(pattern_space_).substr(0, end), end != std::string::npos || ended_);
}

void Executor::end_cycle_output() {
    for (Appended& item : appended_) {
        switch (item.kind) {
        case Appended::Kind::text:
            write_text(main_, item.text);
            break;
        case Appended::Kind::file: {
            Input input;
            if (!input.open(item.text == "/dev/stdin" ? "-" : item.text.c_str()))
                break; // POSIX: as if it were empty
            for (std::string_view block; !(block = input.next_block()).empty();) write_text(main_, block);
            break;
        }
        case Appended::Kind::line:
            append_line_of(item.text);
            break;
        }
    }
    appended_.clear();
}

// R: the next line of a file that stays open.
void Executor::append_line_of(const std::string& name) {
    Input* source = nullptr;
    for (auto& [known, input] : line_files_)
        if (known == name) source = input.get();
    if (!source) {
        line_files_.emplace_back(name, std::make_unique<Input>());
        source = line_files_.back().second.get();
        if (!source->open(name == "/dev/stdin" ? "-" : name.c_str())) return;
    }
    if (source->fd() < 0) return;
    bool ended = true;
    if (auto line = source->next_line(settings_.delimiter, &ended)) write_line(main_, *line, ended);
}

void Executor::list(uint64_t width) {
    std::string text, line;
    uint64_t limit = width > 1 ? width - 1 : UINT64_MAX;
    for (char byte : pattern_space_) {
        auto value = static_cast<unsigned char>(byte);
        constexpr std::string_view kValues = "\\\a\b\f\n\r\t\v", kLetters = "\\abfnrtv";
        std::string shown;
        if (size_t at = kValues.find(byte); at != std::string_view::npos) {
            shown = {'\\', kLetters[at]};
        } else if (value >= ' ' && value < 127) {
            shown = {byte};
        } else {
            char octal[8];
            snprintf(octal, sizeof octal, "\\%03o", value);
            shown = octal;
        }
        if (line.size() + shown.size() > limit) {
            text += line + "\\\n";
            line.clear();
        }
        line += shown;
    }
    text += line + "$" + settings_.delimiter;
    write_text(main_, text);
}

} // namespace coreutils::sed
