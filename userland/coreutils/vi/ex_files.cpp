// Files in and out of the buffer, and the start-up files.
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "lib/write_all.h"
#include "vi/editor.h"
#include "vi/ex_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::vi {
namespace {

// Takes the room for `size` bytes before the first byte of what is there is lost; an errno when there is
// none. What cannot take room beforehand is written without.
int take_room(int fd, off_t size) {
    if (size == 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size) == 0) return 0;
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? errno : 0;
}

} // namespace

bool Editor::read_file(const std::string& name) {
    if (name != name_) alternate_name_ = name_;
    name_ = name;
    struct stat info;
    std::vector<std::string> lines;
    if (stat(name.c_str(), &info) != 0) {
        int error = errno;
        buffer_.load({});
        say("\"%s\" [New File]", name.c_str());
        if (error != ENOENT) complain_of(name, error);
        return true;
    }
    Input input;
    if (S_ISDIR(info.st_mode)) errno = EISDIR;
    if (S_ISDIR(info.st_mode) || !input.open(name.c_str())) {
        complain_of(name, errno);
        return false;
    }
    bool ended = true;
    size_t bytes = 0;
    while (auto line = input.next_line('\n', &ended)) {
        lines.emplace_back(*line);
        bytes += line->size() + 1;
    }
    if (input.error()) {
        complain_of(name, input.error());
        return false;
    }
    if (!ended && bytes > 0) --bytes;
    size_t count = lines.size();
    buffer_.load(std::move(lines));
    bool writable = !read_only_ && access(name.c_str(), W_OK) == 0;
    say("\"%s\"%s%s %zu lines, %zu characters", name.c_str(), writable ? "" : " [Read only]",
        ended ? "" : " [Incomplete last line]", count, bytes);
    cursor_ = {};
    top_ = 0;
    return true;
}

bool Editor::write_file(std::string_view operand, size_t first, size_t last, bool whole, bool force) {
    skip_blanks(operand);
    bool append = operand.starts_with(">>");
    if (append) {
        operand.remove_prefix(2);
        skip_blanks(operand);
    }
    std::string target = operand.empty() ? name_ : std::string(operand);
    if (target.empty()) {
        complain("No current filename");
        return false;
    }
    bool own = target == name_;
    struct stat info;
    bool exists = stat(target.c_str(), &info) == 0;
    if (!force && exists && !append && (!own || read_only_)) {
        complain("File %s (use ! to override)", own ? "is read only" : "exists");
        return false;
    }
    int fd = open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : 0), 0666);
    if (fd < 0) {
        complain_of(target, errno);
        return false;
    }
    const bool nothing = buffer_.is_empty();
    off_t size = 0;
    for (size_t line = first; line <= last && !nothing; ++line)
        size += static_cast<off_t>(buffer_.line(line).size() + 1);
    int error = append ? 0 : take_room(fd, size);
    if (error) {
        close(fd);
        if (!exists) unlink(target.c_str());
        complain_of(target, error);
        return false;
    }
    size_t bytes = 0;
    std::string block;
    auto flush = [&] {
        if (!error && !write_all(fd, block)) error = errno;
        bytes += block.size();
        block.clear();
    };
    for (size_t line = first; line <= last && !nothing; ++line) {
        block += buffer_.line(line) + "\n";
        if (block.size() > 64 * 1024) flush();
    }
    flush();
    if (!append && !error && ftruncate(fd, size) != 0 && errno != EINVAL) error = errno;
    if (close(fd) != 0 && !error) error = errno;
    if (error) {
        complain_of(target, error);
        return false;
    }
    if (name_.empty()) {
        name_ = target;
        own = true;
    }
    if (own && whole) buffer_.set_unmodified();
    say("\"%s\"%s %zu lines, %zu characters", target.c_str(), exists ? "" : " [New File]",
        nothing ? 0 : last - first + 1, bytes);
    return true;
}

bool Editor::may_leave(bool force) {
    if (force || !buffer_.is_modified()) return true;
    complain("No write since last change (use ! to override)");
    return false;
}

void Editor::edit_argument(size_t index, bool force) {
    if (index >= files_.size()) return complain("No more files to edit");
    if (!may_leave(force)) return;
    file_index_ = index;
    read_file(files_[file_index_]);
}

void Editor::edit_file(const std::string& name, bool force) {
    if (!may_leave(force)) return;
    std::string wanted = name.empty() ? name_ : name == "#" ? alternate_name_ : name;
    if (wanted.empty())
        complain("No alternate filename");
    else
        read_file(wanted);
}

// A file's lines are colon commands; false when it cannot be read.
bool Editor::source(const std::string& name) {
    Input input;
    if (!input.open(name.c_str())) return false;
    while (auto line = input.next_line()) colon_line(*line);
    return true;
}

// $EXINIT, or else $HOME/.exrc.
void Editor::start_up() {
    if (const char* commands = getenv("EXINIT"))
        colon_line(commands);
    else if (const char* home = getenv("HOME"))
        source(std::string(home) + "/.exrc");
}

void Editor::open_files(std::vector<std::string> names, bool read_only) {
    read_only_ = read_only;
    files_ = std::move(names);
    if (!files_.empty()) read_file(files_[0]);
}

void Editor::quit(bool force) {
    if (may_leave(force)) quit_ = true;
}

} // namespace coreutils::vi
