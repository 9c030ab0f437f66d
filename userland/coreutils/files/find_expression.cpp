// The parser and the tests; actions are in find_actions.cpp.
#include "files/find_expression.h"

#include "files/find_actions.h"
#include "framework/diagnostics.h"
#include "lib/date_parse.h"
#include "lib/identity.h"
#include "lib/mounts.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/same_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

namespace coreutils::find {

bool File::stat(struct stat& info) const {
    if (walk_.stat(info)) return true;
    warn_errno(path());
    settings_.status = 1;
    return false;
}

char File::type() const {
    switch (walk_.type()) {
    case DT_REG:
        return 'f';
    case DT_DIR:
        return 'd';
    case DT_LNK:
        return 'l';
    case DT_FIFO:
        return 'p';
    case DT_SOCK:
        return 's';
    case DT_BLK:
        return 'b';
    case DT_CHR:
        return 'c';
    }
    struct stat info;
    return stat(info) ? mode_string(info.st_mode)[0] == '-' ? 'f' : mode_string(info.st_mode)[0] : '?';
}

namespace {

template <typename Test> class TestNode : public Node {
public:
    explicit TestNode(Test test) : test_(std::move(test)) {}
    bool evaluate(File& file) override { return test_(file); }

private:
    Test test_;
};

template <typename Test> std::unique_ptr<Node> make_test(Test test) {
    return std::make_unique<TestNode<Test>>(std::move(test));
}

class NotNode : public Node {
public:
    explicit NotNode(std::unique_ptr<Node> inner) : inner_(std::move(inner)) {}
    bool evaluate(File& file) override { return !inner_->evaluate(file); }
    void finish() override { inner_->finish(); }

private:
    std::unique_ptr<Node> inner_;
};

enum class Join { both, either, list };

class JoinNode : public Node {
public:
    JoinNode(Join join, std::unique_ptr<Node> left, std::unique_ptr<Node> right)
        : join_(join), left_(std::move(left)), right_(std::move(right)) {}
    bool evaluate(File& file) override {
        bool result = left_->evaluate(file);
        if (join_ == Join::both && !result) return false;
        if (join_ == Join::either && result) return true;
        return right_->evaluate(file);
    }
    void finish() override {
        left_->finish();
        right_->finish();
    }

private:
    Join join_;
    std::unique_ptr<Node> left_, right_;
};

// +N, -N or N.
struct Bound {
    char sign = '=';
    uint64_t value = 0;
    bool accepts(uint64_t number) const {
        return sign == '+' ? number > value : sign == '-' ? number < value : number == value;
    }
};

class Parser {
public:
    Parser(std::span<char*> words, Settings& settings) : words_(words), settings_(settings) {}

    Parsed parse() {
        Parsed parsed;
        if (!words_.empty()) {
            parsed.root = list();
            if (at_ != words_.size()) {
                if (strcmp(words_[at_], ")") == 0) die(1, "you have too many ')'");
                die(1, "paths must precede expression: '%s'", words_[at_]);
            }
        }
        if (!parsed.root) {
            parsed.root = make_print('\n');
        } else if (!has_action_) {
            parsed.root = std::make_unique<JoinNode>(Join::both, std::move(parsed.root), make_print('\n'));
        }
        return parsed;
    }

private:
    bool next_is(const char* word) const { return at_ < words_.size() && strcmp(words_[at_], word) == 0; }
    bool take(const char* word) {
        if (!next_is(word)) return false;
        ++at_;
        return true;
    }

    std::unique_ptr<Node> list() {
        auto left = either();
        while (take(",")) left = std::make_unique<JoinNode>(Join::list, std::move(left), either());
        return left;
    }

    std::unique_ptr<Node> either() {
        auto left = both();
        while (take("-o") || take("-or"))
            left = std::make_unique<JoinNode>(Join::either, std::move(left), both());
        return left;
    }

    std::unique_ptr<Node> both() {
        auto left = negated();
        for (;;) {
            bool explicit_and = take("-a") || take("-and");
            bool more =
                at_ < words_.size() && !next_is("-o") && !next_is("-or") && !next_is(")") && !next_is(",");
            if (!more) {
                if (explicit_and) die(1, "expected an expression after '%s'", words_[at_ - 1]);
                return left;
            }
            left = std::make_unique<JoinNode>(Join::both, std::move(left), negated());
        }
    }

    std::unique_ptr<Node> negated() {
        bool invert = false;
        while (take("!") || take("-not")) invert = !invert;
        auto node = primary();
        if (invert) return std::make_unique<NotNode>(std::move(node));
        return node;
    }

    std::unique_ptr<Node> primary() {
        if (at_ == words_.size()) die(1, "expected an expression after '%s'", at_ ? words_[at_ - 1] : "find");
        if (take("(")) {
            if (next_is(")")) die(1, "invalid expression; empty parentheses are not allowed");
            if (++depth_ > 1000) die(1, "too many nested parentheses");
            auto inner = list();
            --depth_;
            if (!take(")"))
                die(1, "invalid expression; I was expecting to find a ')' somewhere but did not see one");
            return inner;
        }
        word_ = words_[at_++];
        if (word_[0] != '-') die(1, "paths must precede expression: '%s'", word_);
        std::string_view name = word_ + 1;
        for (auto parse : {&Parser::parse_option, &Parser::parse_name, &Parser::parse_time,
                           &Parser::parse_status, &Parser::parse_action})
            if (auto node = (this->*parse)(name)) return node;
        die(1, "unknown predicate '%s'", word_);
    }

    const char* argument() {
        if (at_ == words_.size()) die(1, "missing argument to '%s'", word_);
        return words_[at_++];
    }

    static std::unique_ptr<Node> always() {
        return make_test([](File&) { return true; });
    }

    // Words that change the walk; as tests they are true.
    std::unique_ptr<Node> parse_option(std::string_view name) {
        if (name == "depth" || name == "d") {
            settings_.depth_first = true;
        } else if (name == "xdev" || name == "mount") {
            settings_.one_file_system = true;
        } else if (name == "maxdepth" || name == "mindepth") {
            const char* text = argument();
            auto depth = parse_unsigned(text);
            if (!depth)
                die(1, "expected a positive decimal integer argument to %s, but got '%s'", word_, text);
            (name == "maxdepth" ? settings_.max_depth : settings_.min_depth) = static_cast<size_t>(*depth);
        } else if (name == "follow") {
            settings_.follow = Follow::always;
        } else if (name == "daystart") {
            tm today;
            localtime_r(&settings_.now.tv_sec, &today);
            today.tm_hour = today.tm_min = today.tm_sec = 0;
            settings_.now = {mktime(&today) + 86400, 0};
        } else if (name == "regextype") {
            std::string_view type = argument();
            syntax_ = type == "posix-basic" || type == "posix-minimal-basic" || type == "ed" ||
                              type == "sed" || type == "emacs" || type == "grep"
                          ? Syntax::basic
                          : Syntax::extended;
        } else if (name != "noleaf" && name != "warn" && name != "nowarn" && name != "ignore_readdir_race") {
            return nullptr;
        }
        return always();
    }

    std::unique_ptr<Node> parse_name(std::string_view name) {
        if (name == "name" || name == "iname") {
            int flags = name[0] == 'i' ? FNM_CASEFOLD : 0;
            return make_test([pattern = std::string(argument()), flags](File& file) {
                std::string base(base_name(file.path()));
                return fnmatch(pattern.c_str(), base.c_str(), flags) == 0;
            });
        }
        if (name == "path" || name == "ipath" || name == "wholename" || name == "iwholename") {
            int flags = name[0] == 'i' ? FNM_CASEFOLD : 0;
            return make_test([pattern = std::string(argument()), flags](File& file) {
                return fnmatch(pattern.c_str(), file.path().c_str(), flags) == 0;
            });
        }
        if (name == "lname" || name == "ilname") {
            int flags = name[0] == 'i' ? FNM_CASEFOLD : 0;
            return make_test([pattern = std::string(argument()), flags](File& file) {
                if (file.type() != 'l') return false;
                auto target = read_link_at(file.walk().directory_fd(), file.walk().name());
                return target && fnmatch(pattern.c_str(), target->c_str(), flags) == 0;
            });
        }
        if (name == "regex" || name == "iregex") {
            std::string problem;
            const char* text = argument();
            // The expression has to match the whole path; POSIX's longest match tells.
            auto regex = Regex::compile(text, syntax_, name[0] == 'i' ? REG_ICASE : 0, problem);
            if (!regex) die(1, "%s: %s", text, problem.c_str());
            auto shared = std::make_shared<Regex>(std::move(*regex));
            return make_test([shared](File& file) {
                std::vector<regmatch_t> matches;
                return shared->search(file.path(), 0, matches) && matches[0].rm_so == 0 &&
                       static_cast<size_t>(matches[0].rm_eo) == file.path().size();
            });
        }
        return nullptr;
    }

    Bound bound() {
        const char* text = argument();
        Bound result;
        if (*text == '+' || *text == '-') result.sign = *text++;
        auto value = parse_unsigned(text);
        if (!value) die(1, "invalid argument '%s' to '%s'", words_[at_ - 1], word_);
        result.value = *value;
        return result;
    }

    static timespec time_of(const struct stat& info, char which) {
        return which == 'a' ? info.st_atim : which == 'c' ? info.st_ctim : info.st_mtim;
    }

    std::unique_ptr<Node> parse_time(std::string_view name) {
        bool days = name == "mtime" || name == "atime" || name == "ctime";
        bool minutes = name == "mmin" || name == "amin" || name == "cmin";
        if (days || minutes) {
            char which = name[0];
            int64_t unit = days ? 86400 : 60;
            return make_test([limit = bound(), which, unit, days, this_settings = &settings_](File& file) {
                struct stat info;
                if (!file.stat(info)) return false;
                int64_t age = this_settings->now.tv_sec - time_of(info, which).tv_sec;
                if (age < 0)
                    return limit.sign == '-' || (limit.sign == '=' && limit.value == 0 && age > -unit);
                // Days are counted whole, minutes are compared as time.
                if (days) return limit.accepts(static_cast<uint64_t>(age / unit));
                int64_t border = static_cast<int64_t>(limit.value) * unit;
                if (limit.sign == '+') return age > border;
                if (limit.sign == '-') return age < border;
                return age <= border && age > border - unit;
            });
        }
        if (name == "used")
            return by_status([limit = bound()](const struct stat& info) {
                // Whole days between the last change of the status and the last access, which is later.
                int64_t elapsed_seconds =
                    info.st_atim.tv_sec - info.st_ctim.tv_sec - (info.st_atim.tv_nsec < info.st_ctim.tv_nsec);
                return elapsed_seconds >= 0 && limit.accepts(static_cast<uint64_t>(elapsed_seconds / 86400));
            });
        char file_time = 'm';
        bool newer = name == "newer" || name == "anewer" || name == "cnewer";
        if (name == "anewer") file_time = 'a';
        if (name == "cnewer") file_time = 'c';
        if (name.starts_with("newer") && name.size() == 7 && strchr("amc", name[5]) &&
            strchr("amct", name[6])) {
            newer = true;
            file_time = name[5];
        }
        if (!newer) return nullptr;
        timespec limit = time_to_compare(argument(), name.size() == 7 ? name[6] : 'm');
        return make_test([limit, file_time](File& file) {
            struct stat own;
            if (!file.stat(own)) return false;
            timespec when = time_of(own, file_time);
            return is_later(when, limit);
        });
    }

    // The `kind` of time of a file, or with 't' the time that the text says.
    timespec time_to_compare(const char* reference, char kind) {
        if (kind == 't') {
            timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            auto time = parse_date(reference, now);
            if (!time) die(1, "invalid date '%s'", reference);
            return *time;
        }
        struct stat info;
        if ((settings_.follow == Follow::never ? lstat(reference, &info) : ::stat(reference, &info)) != 0)
            die_errno(1, reference);
        return time_of(info, kind);
    }

    std::unique_ptr<Node> parse_size() {
        std::string text = argument();
        uint64_t unit = 512;
        constexpr std::string_view kUnits = "cwbkMG";
        constexpr uint64_t kBytes[] = {1, 2, 512, 1024, 1048576, 1073741824};
        if (size_t at = text.empty() ? std::string::npos : kUnits.find(text.back());
            at != std::string::npos) {
            unit = kBytes[at];
            text.pop_back();
        }
        Bound limit;
        std::string_view digits = text;
        if (digits.starts_with('+') || digits.starts_with('-')) {
            limit.sign = digits[0];
            digits.remove_prefix(1);
        }
        auto value = parse_unsigned(digits);
        if (!value) die(1, "invalid argument '%s' to '-size'", words_[at_ - 1]);
        limit.value = *value;
        return make_test([limit, unit](File& file) {
            struct stat info;
            if (!file.stat(info)) return false;
            auto size = static_cast<uint64_t>(info.st_size);
            return limit.accepts(size / unit + (size % unit != 0));
        });
    }

    std::unique_ptr<Node> parse_permissions() {
        std::string text = argument();
        char sign = text.starts_with('-') || text.starts_with('/') ? text[0] : '=';
        auto change = ModeChange::parse(sign == '=' ? text : text.substr(1));
        if (!change) die(1, "invalid mode '%s'", text.c_str());
        mode_t wanted = change->apply(0, 0);
        return make_test([wanted, sign](File& file) {
            struct stat info;
            if (!file.stat(info)) return false;
            mode_t bits = info.st_mode & 07777;
            if (sign == '-') return (bits & wanted) == wanted;
            if (sign == '/') return wanted == 0 || (bits & wanted) != 0;
            return bits == wanted;
        });
    }

    static std::unique_ptr<Node> by_status(auto test) {
        return make_test([test](File& file) {
            struct stat info;
            return file.stat(info) && test(info);
        });
    }

    std::unique_ptr<Node> parse_type(bool of_target) {
        std::string types;
        const char* at = argument();
        if (!*at) die(1, "arguments to %s should contain at least one letter", word_);
        for (;; ++at) {
            if (!*at || !strchr("bcdflpsD", *at)) die(1, "unknown argument to %s: '%c'", word_, *at);
            if (types.contains(*at)) die(1, "duplicate file type '%c' in the argument to %s", *at, word_);
            types.push_back(*at++);
            if (!*at) break;
            if (*at != ',') die(1, "must separate multiple arguments to %s using: ','", word_);
        }
        bool follows = settings_.follow == Follow::always;
        return make_test([types, of_target, follows](File& file) {
            if (!of_target) return types.contains(file.type());
            // -xtype looks at what -type does not: the other side of a link.
            struct stat info;
            int result = fstatat(file.walk().directory_fd(), file.walk().name(), &info,
                                 follows ? AT_SYMLINK_NOFOLLOW : 0);
            if (result != 0) return types.contains('l');
            char type = mode_string(info.st_mode)[0];
            return types.contains(type == '-' ? 'f' : type);
        });
    }

    std::unique_ptr<Node> parse_status(std::string_view name) {
        if (name == "true") return always();
        if (name == "false") return make_test([](File&) { return false; });
        if (name == "type" || name == "xtype") return parse_type(name[0] == 'x');
        if (name == "size") return parse_size();
        if (name == "perm") return parse_permissions();
        if (name == "empty")
            return make_test([](File& file) {
                if (file.type() == 'd') return is_empty_directory(file);
                struct stat info;
                return file.type() == 'f' && file.stat(info) && info.st_size == 0;
            });
        if (name == "links")
            return by_status(
                [limit = bound()](const struct stat& info) { return limit.accepts(info.st_nlink); });
        if (name == "inum")
            return by_status(
                [limit = bound()](const struct stat& info) { return limit.accepts(info.st_ino); });
        if (name == "uid")
            return by_status(
                [limit = bound()](const struct stat& info) { return limit.accepts(info.st_uid); });
        if (name == "gid")
            return by_status(
                [limit = bound()](const struct stat& info) { return limit.accepts(info.st_gid); });
        if (name == "user") {
            const char* text = argument();
            auto uid = parse_user(text);
            if (!uid) die(1, "'%s' is not the name of a known user", text);
            return by_status([uid = *uid](const struct stat& info) { return info.st_uid == uid; });
        }
        if (name == "group") {
            const char* text = argument();
            auto gid = parse_group(text);
            if (!gid) die(1, "'%s' is not the name of an existing group", text);
            return by_status([gid = *gid](const struct stat& info) { return info.st_gid == gid; });
        }
        if (name == "nouser")
            return by_status(
                [](const struct stat& info) { return parse_unsigned(user_name(info.st_uid)).has_value(); });
        if (name == "nogroup")
            return by_status(
                [](const struct stat& info) { return parse_unsigned(group_name(info.st_gid)).has_value(); });
        if (name == "samefile") {
            const char* path = argument();
            struct stat other;
            if ((settings_.follow == Follow::never ? lstat(path, &other) : ::stat(path, &other)) != 0)
                die_errno(1, path);
            return by_status([other](const struct stat& info) { return same_inode(info, other); });
        }
        if (name == "readable" || name == "writable" || name == "executable") {
            int mode = name[0] == 'r' ? R_OK : name[0] == 'w' ? W_OK : X_OK;
            return make_test([mode](File& file) {
                return faccessat(file.walk().directory_fd(), file.walk().name(), mode, 0) == 0;
            });
        }
        if (name == "fstype") {
            auto mounts = std::make_shared<std::vector<Mount>>(read_mounts());
            return make_test([type = std::string(argument()), mounts](File& file) {
                const Mount* mount = mount_of(*mounts, file.path().c_str());
                return mount && mount->type == type;
            });
        }
        return nullptr;
    }

    static bool is_empty_directory(File& file) {
        int fd = openat(file.walk().directory_fd(), file.walk().name(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR* stream = fd >= 0 ? fdopendir(fd) : nullptr;
        if (!stream) {
            if (fd >= 0) close(fd);
            return false;
        }
        bool empty = true;
        while (dirent* entry = readdir(stream))
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) empty = false;
        closedir(stream);
        return empty;
    }

    std::unique_ptr<Node> parse_action(std::string_view name) {
        if (name == "prune")
            return make_test([](File& file) {
                file.walk().skip();
                return true;
            });
        has_action_ = true;
        if (name == "print") return make_print('\n');
        if (name == "print0") return make_print('\0');
        if (name == "printf") return make_printf(argument());
        if (name == "ls") return make_list();
        if (name == "delete") {
            settings_.depth_first = true;
            return make_delete(settings_);
        }
        if (name == "quit")
            return make_test([this_settings = &settings_](File&) {
                this_settings->quit = true;
                return true;
            });
        bool asks = name == "ok" || name == "okdir", in_directory = name == "execdir" || name == "okdir";
        if (name == "exec" || asks || in_directory) return parse_command(asks, in_directory);
        has_action_ = false;
        return nullptr;
    }

    std::unique_ptr<Node> parse_command(bool asks, bool in_directory) {
        std::vector<std::string> command;
        for (;;) {
            if (at_ == words_.size()) die(1, "missing argument to '%s'", word_);
            std::string word = words_[at_++];
            if (word == ";") break;
            if (word == "+" && !asks && !command.empty() && command.back() == "{}") {
                command.pop_back();
                if (command.empty()) die(1, "invalid argument '+' to '%s'", word_);
                return make_execute_many(std::move(command), in_directory, settings_);
            }
            command.push_back(std::move(word));
        }
        if (command.empty()) die(1, "missing argument to '%s'", word_);
        return make_execute(std::move(command), asks, in_directory, settings_);
    }

    std::span<char*> words_;
    Settings& settings_;
    size_t at_ = 0;
    const char* word_ = "";
    bool has_action_ = false;
    int depth_ = 0;
    Syntax syntax_ = Syntax::basic;
};

} // namespace

Parsed parse_expression(std::span<char*> words, Settings& settings) {
    return Parser(words, settings).parse();
}

} // namespace coreutils::find
