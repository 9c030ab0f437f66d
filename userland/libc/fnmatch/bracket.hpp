// Bracket expressions as fnmatch has them (POSIX.1-2017 9.3.5 with '!' beside '^').
#pragma once

namespace libc {

struct Character {
    int value; // a code point, or -256 | byte where the text is not UTF-8
    int length;
};

Character next_character(const char *text);
int fold_case(int character);

struct BracketResult {
    const char *end; // behind the ']'; null if this is no bracket expression
    bool matches;
};

// `pattern` stands at the '['.
BracketResult match_bracket(const char *pattern, int character, bool fold, bool escapes, bool slash_ends);

// A class by its name ("alpha"); false for an unknown one.
bool in_character_class(const char *name, unsigned length, int character, bool fold, bool &known);

} // namespace libc
