#include "lib/mode.h"

#include <sys/stat.h>

namespace coreutils {
namespace {

constexpr mode_t kUser = 04700, kGroup = 02070, kOther = 01007;

mode_t class_of(char who) {
    return who == 'u' ? kUser : who == 'g' ? kGroup : who == 'o' ? kOther : who == 'a' ? 07777 : 0;
}

} // namespace

mode_t current_umask() {
    mode_t mask = umask(0);
    umask(mask);
    return mask;
}

std::optional<ModeChange> ModeChange::parse(std::string_view text) {
    ModeChange change;
    if (text.empty()) return std::nullopt;
    if (text[0] >= '0' && text[0] <= '7') {
        mode_t value = 0;
        for (char digit : text) {
            if (digit < '0' || digit > '7') return std::nullopt;
            value = value * 8 + static_cast<mode_t>(digit - '0');
            if (value > 07777) return std::nullopt;
        }
        change.octal_ = value;
        change.octal_digits_ = text.size();
        return change;
    }
    size_t i = 0;
    for (;;) {
        mode_t who = 0;
        while (i < text.size() && class_of(text[i])) who |= class_of(text[i++]);
        if (i == text.size() || !std::string_view("+-=").contains(text[i])) return std::nullopt;
        while (i < text.size() && std::string_view("+-=").contains(text[i])) {
            Clause clause{.who = who, .operation = text[i++]};
            if (!who && i < text.size() && text[i] >= '0' && text[i] <= '7') {
                // GNU: `=0755`, `+2000`: exactly these bits, whatever the umask and the kind of the file.
                while (i < text.size() && text[i] >= '0' && text[i] <= '7')
                    clause.permissions = clause.permissions * 8 + static_cast<mode_t>(text[i++] - '0');
                if (clause.permissions > 07777) return std::nullopt;
                clause.who = 07777;
                clause.exact = true;
            } else if (i < text.size() && std::string_view("ugo").contains(text[i])) {
                clause.copy_from = text[i++];
            } else {
                for (; i < text.size() && text[i] != ',' && !std::string_view("+-=").contains(text[i]); ++i) {
                    switch (text[i]) {
                    case 'r':
                        clause.permissions |= 0444;
                        break;
                    case 'w':
                        clause.permissions |= 0222;
                        break;
                    case 'x':
                        clause.permissions |= 0111;
                        break;
                    case 'X':
                        clause.conditional_execute = true;
                        break;
                    case 's':
                        clause.permissions |= 06000;
                        break;
                    case 't':
                        clause.permissions |= 01000;
                        break;
                    default:
                        return std::nullopt;
                    }
                }
            }
            change.clauses_.push_back(clause);
        }
        if (i == text.size()) return change;
        if (text[i++] != ',') return std::nullopt;
    }
}

mode_t ModeChange::apply(mode_t mode, mode_t creation_mask) const {
    bool directory = S_ISDIR(mode);
    mode_t bits = mode & 07777;
    if (octal_) {
        // GNU: a directory keeps its set-ID bits unless the mode has five digits or sets them itself.
        if (directory && octal_digits_ < 5) return *octal_ | (bits & 06000);
        return *octal_;
    }
    for (const Clause& clause : clauses_) {
        mode_t value = clause.permissions;
        if (clause.copy_from) {
            mode_t from = bits >> (clause.copy_from == 'u' ? 6 : clause.copy_from == 'g' ? 3 : 0) & 7;
            value = from * 0111;
        }
        if (clause.conditional_execute && (directory || (bits & 0111))) value |= 0111;
        mode_t affected = clause.who ? clause.who : 07777;
        mode_t wanted = value & affected & (clause.who ? 07777 : ~creation_mask);
        switch (clause.operation) {
        case '+':
            bits |= wanted;
            break;
        case '-':
            bits &= ~wanted;
            break;
        default: {
            mode_t kept = directory && !clause.exact ? 06000 & ~value : 0;
            bits = (bits & (~affected | kept)) | wanted;
        }
        }
    }
    return bits;
}

std::string mode_string(mode_t mode) {
    std::string text = "?rwxrwxrwx";
    switch (mode & S_IFMT) {
    case S_IFREG:
        text[0] = '-';
        break;
    case S_IFDIR:
        text[0] = 'd';
        break;
    case S_IFLNK:
        text[0] = 'l';
        break;
    case S_IFCHR:
        text[0] = 'c';
        break;
    case S_IFBLK:
        text[0] = 'b';
        break;
    case S_IFIFO:
        text[0] = 'p';
        break;
    case S_IFSOCK:
        text[0] = 's';
        break;
    }
    for (size_t i = 0; i < 9; ++i)
        if (!(mode & (0400u >> i))) text[i + 1] = '-';
    if (mode & S_ISUID) text[3] = mode & S_IXUSR ? 's' : 'S';
    if (mode & S_ISGID) text[6] = mode & S_IXGRP ? 's' : 'S';
    if (mode & S_ISVTX) text[9] = mode & S_IXOTH ? 't' : 'T';
    return text;
}

} // namespace coreutils
