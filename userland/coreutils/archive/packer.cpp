#include "archive/packer.h"

#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"
#include "lib/path.h"
#include "lib/unfinished.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

class FileSink final : public ByteSink {
public:
    explicit FileSink(int fd) : output_(fd) {}
    void put(std::string_view bytes) override { output_.write(bytes); }
    int finish() {
        output_.flush();
        return output_.error();
    }

private:
    Output output_;
};
class StandardSink final : public ByteSink {
public:
    void put(std::string_view bytes) override { out.write(bytes); }
};
class NoSink final : public ByteSink {
public:
    void put(std::string_view) override {}
};

} // namespace

void Packer::warn_about(const std::string& name, const char* what) {
    if (quiet == 0) warn("%s: %s", printable(name).c_str(), what);
    if (status_ == 0) status_ = warning_status;
}

bool Packer::process(Input& input, const std::string& name, ByteSink& sink) {
    const char* problem = nullptr;
    bool unpacking = decompress || test;
    if (unpacking) problem = unpack(input, sink);
    if (unpacking ? input.error() != 0 : !pack(input, sink)) problem = strerror(input.error());
    if (!problem) return true;
    if (quiet < 2) warn("%s: %s", printable(name).c_str(), problem);
    fail();
    return false;
}

void Packer::process_standard() {
    Input input;
    input.open("-");
    StandardSink standard;
    NoSink nothing;
    if (!decompress && !test && isatty(STDOUT_FILENO)) {
        if (quiet < 2) warn("(stdin): Compressed data cannot be written to a terminal");
        return fail();
    }
    process(input, "(stdin)", test ? static_cast<ByteSink&>(nothing) : standard);
}

std::string Packer::target_name(const std::string& name) const {
    if (!decompress) return name + suffix;
    for (const Suffix& each : suffixes) {
        size_t length = strlen(each.packed);
        if (name.ends_with(each.packed) && base_name(name).size() > length)
            return name.substr(0, name.size() - length) + each.plain;
    }
    return "";
}

void Packer::process_file(const std::string& name) {
    bool in_place = !to_output && !test && !output;
    int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (in_place && !force && !keep ? O_NOFOLLOW : 0);
    int fd = open(name.c_str(), flags);
    struct stat info;
    if (fd < 0) {
        int error = errno;
        if (error == ELOOP && (flags & O_NOFOLLOW)) return warn_about(name, "Is a symbolic link, skipping");
        if (quiet < 2) warn_errno(name, error);
        return fail();
    }
    Input input(fd);
    if (fstat(fd, &info) != 0 || S_ISDIR(info.st_mode)) return warn_about(name, "Is a directory, skipping");
    if (in_place && !S_ISREG(info.st_mode)) return warn_about(name, "Not a regular file, skipping");
    if (in_place && !force && !keep) {
        if (info.st_mode & (S_ISUID | S_ISGID))
            return warn_about(name, "File has setuid or setgid bit set, skipping");
        if (info.st_nlink > 1) return warn_about(name, "Input file has more than one hard link, skipping");
    }
    if (to_output || test) {
        StandardSink standard;
        NoSink nothing;
        process(input, name, test ? static_cast<ByteSink&>(nothing) : standard);
        return;
    }
    std::string target = output ? output : target_name(name);
    if (target.empty()) return warn_about(name, "Filename has an unknown suffix, skipping");
    if (!decompress && !output && !force)
        for (const Suffix& each : suffixes)
            if (name.ends_with(each.packed))
                return warn_about(
                    name, (std::string("File already has '") + each.packed + "' suffix, skipping").c_str());
    process_to_file(input, name, target);
}

void Packer::process_to_file(Input& input, const std::string& name, const std::string& target) {
    struct stat info;
    if (fstat(input.fd(), &info) != 0) return fail();
    struct stat old;
    bool exists = lstat(target.c_str(), &old) == 0;
    bool special = exists && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode); // -o /dev/null
    if (exists && !special) {
        bool replace = force;
        if (!replace && isatty(STDIN_FILENO))
            replace = ask("%s: %s already exists; overwrite (y/n) ? ", current_tool().name, target.c_str());
        if (!replace) {
            if (quiet < 2) warn_errno(target, EEXIST);
            return fail();
        }
        unlink(target.c_str());
    }
    int fd = -1;
    Unfinished unfinished(target, [&] {
        fd = open(target.c_str(), O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT | O_EXCL), 0600);
        return fd >= 0 && !special;
    });
    if (fd < 0) {
        warn_errno(target);
        return fail();
    }
    bool good;
    int error = 0;
    {
        FileSink sink(fd);
        good = process(input, name, sink);
        error = sink.finish();
    }
    if (good && !special && S_ISREG(info.st_mode)) {
        if (fchown(fd, info.st_uid, info.st_gid) != 0 && errno != EPERM) error = errno;
        fchmod(fd, info.st_mode & 07777);
        timespec times[2] = {info.st_atim, info.st_mtim};
        futimens(fd, times);
    }
    if (close(fd) != 0 && error == 0) error = errno;
    if (error != 0) {
        warn_errno(target, error);
        fail();
        good = false;
    }
    if (!good) {
        if (!special) unlink(target.c_str());
        return;
    }
    if (!keep && unlink(name.c_str()) != 0) {
        warn_errno(name);
        fail();
    }
}

int Packer::run(std::span<char*> operands) {
    if (operands.empty() && !output) process_standard();
    if (operands.empty() && output) {
        Input input(STDIN_FILENO);
        keep = true;
        process_to_file(input, "(stdin)", output);
    }
    for (const char* operand : operands) {
        if (strcmp(operand, "-") == 0)
            process_standard();
        else
            process_file(operand);
    }
    return status_;
}

} // namespace coreutils
