#include "edit/history.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "shell.hpp"

namespace sh {

std::string History::file_name() const {
    if (const std::string* name = shell_.variables.get("HISTFILE"))
        return *name;
    const std::string* home = shell_.variables.home->get();
    return home && !home->empty() ? (*home == "/" ? "" : *home) + "/.sh_history" : "";
}

size_t History::limit() const {
    const std::string* size = shell_.variables.get("HISTSIZE");
    auto number = size ? parse_small_number(*size, 1 << 20) : std::nullopt;
    return number ? static_cast<size_t>(*number) : 500;
}

// The end of the file, as much as anybody's history is long; nothing of what is no regular file.
std::string History::read_file() const {
    constexpr off_t kMost = 4 << 20;
    std::string name = file_name();
    int descriptor = name.empty() ? -1 : open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    if (descriptor < 0)
        return {};
    std::string text;
    if (fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)) {
        if (info.st_size > kMost)
            lseek(descriptor, -kMost, SEEK_END);
        char block[4096];
        for (ssize_t count; (count = read(descriptor, block, sizeof(block))) > 0;)
            text.append(block, static_cast<size_t>(count));
    }
    close(descriptor);
    return text;
}

void History::load() {
    std::string text = read_file();
    std::string entry;
    std::string_view rest = text;
    size_t in_file = 0;
    // A backslash at the end of a line continues the entry on the next one.
    while (!rest.empty()) {
        size_t newline = rest.find('\n');
        std::string_view line = rest.substr(0, newline);
        rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
        if (line.ends_with('\\')) {
            entry += line.substr(0, line.size() - 1);
            entry += '\n';
            continue;
        }
        entry += line;
        add(entry);
        ++in_file;
        entry.clear();
    }
    saved_ = entries_.size();
    if (in_file > 2 * limit())
        shorten_file();
}

std::string History::as_lines(size_t from) const {
    std::string text;
    for (size_t i = from; i < entries_.size(); ++i) {
        for (char c : entries_[i]) {
            if (c == '\n')
                text += '\\';
            text += c;
        }
        // An entry must not end in what reads as a continuation.
        if (entries_[i].ends_with('\\'))
            text += ' ';
        text += '\n';
    }
    return text;
}

// Sessions only append, so that each keeps what the others wrote; one that starts drops what is too much.
void History::save() {
    std::string name = file_name();
    if (name.empty() || saved_ >= entries_.size())
        return;
    int descriptor = open(name.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return;
    // A last line that was cut off ends here; lines for which there is no room are tried again, whole.
    off_t end = lseek(descriptor, 0, SEEK_END);
    char last = '\n';
    bool cut = end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != '\n';
    if (write_all(descriptor, (cut ? "\n" : "") + as_lines(saved_)))
        saved_ = entries_.size();
    else if (end >= 0)
        (void)!ftruncate(descriptor, end);
    close(descriptor);
}

void History::shorten_file() {
    // The file itself, also when a link leads to it, and only the user's own.
    char* real = realpath(file_name().c_str(), nullptr);
    std::string name = real ? real : "";
    free(real);
    struct stat info;
    if (name.empty() || stat(name.c_str(), &info) != 0 || info.st_uid != geteuid())
        return;
    std::string temporary = name + ".new";
    int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return;
    bool written = write_all(descriptor, as_lines(0));
    close(descriptor);
    if (!written || rename(temporary.c_str(), name.c_str()) != 0)
        unlink(temporary.c_str());
}

void History::add(std::string_view line) {
    if (line.empty() || is_blank(line[0]) || (!entries_.empty() && entries_.back() == line))
        return;
    entries_.emplace_back(line);
    while (entries_.size() > limit()) {
        entries_.pop_front();
        ++first_number_;
        if (saved_ > 0)
            --saved_;
    }
}

void History::extend(std::string_view line) {
    if (entries_.empty())
        return add(line);
    entries_.back() += '\n';
    entries_.back() += line;
}

void History::remove_newest() {
    if (entries_.empty())
        return;
    entries_.pop_back();
    saved_ = std::min(saved_, entries_.size());
}

}  // namespace sh
