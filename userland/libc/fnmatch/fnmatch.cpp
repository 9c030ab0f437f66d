// fnmatch (POSIX.1-2017 2.13, fnmatch(3)) over bytes or, in C.UTF-8, characters. A star is tried at its last place
// only, so the time is the product of the two lengths at worst and the stack does not grow.
#include "fnmatch/bracket.hpp"

#include <fnmatch.h>
#include <string.h>

namespace libc {

namespace {

class Matcher {
public:
    Matcher(const char *pattern, const char *text, int flags) : pattern_(pattern), text_(text), flags_(flags) {}

    bool run() {
        const char *p = pattern_, *t = text_;
        const char *star_pattern = nullptr, *star_text = nullptr;
        for (;;) {
            if (*p == '*' && !(leading_period(t))) {
                do
                    p++;
                while (*p == '*');
                star_pattern = p;
                star_text = t;
                continue;
            }
            if (*p == 0) {
                if (*t == 0 || ((flags_ & FNM_LEADING_DIR) && *t == '/'))
                    return true;
            } else if (*t && step(p, t)) {
                if (t[-1] == '/' && (flags_ & FNM_PATHNAME))
                    star_pattern = nullptr; // no star crosses a slash, nor is retried behind one
                continue;
            }
            if (!star_pattern || *star_text == 0 || ((flags_ & FNM_PATHNAME) && *star_text == '/'))
                return false;
            star_text += next_character(star_text).length;
            t = star_text;
            p = star_pattern;
        }
    }

private:
    bool leading_period(const char *t) const {
        return (flags_ & FNM_PERIOD) && *t == '.' && (t == text_ || ((flags_ & FNM_PATHNAME) && t[-1] == '/'));
    }

    // One element of the pattern against one character; moves both on success.
    bool step(const char *&p, const char *&t) const {
        Character text = next_character(t);
        bool slash = (flags_ & FNM_PATHNAME) && text.value == '/';
        if (*p == '?') {
            if (slash || leading_period(t))
                return false;
            p++;
            t += text.length;
            return true;
        }
        if (*p == '[') {
            BracketResult result = match_bracket(p, text.value, (flags_ & FNM_CASEFOLD) != 0,
                                                 (flags_ & FNM_NOESCAPE) == 0, (flags_ & FNM_PATHNAME) != 0);
            if (result.end) {
                if (slash || leading_period(t) || !result.matches)
                    return false;
                p = result.end;
                t += text.length;
                return true;
            }
        }
        const char *literal = p;
        if (*p == '\\' && !(flags_ & FNM_NOESCAPE)) {
            if (p[1] == 0)
                return false;
            literal = p + 1;
        }
        Character wanted = next_character(literal);
        bool same = wanted.value == text.value;
        if (!same && (flags_ & FNM_CASEFOLD))
            same = fold_case(wanted.value) == fold_case(text.value);
        if (!same)
            return false;
        p = literal + wanted.length;
        t += text.length;
        return true;
    }

    const char *pattern_, *text_;
    int flags_;
};

} // namespace
} // namespace libc

extern "C" int fnmatch(const char *pattern, const char *text, int flags) {
    return libc::Matcher(pattern, text, flags).run() ? 0 : FNM_NOMATCH;
}
