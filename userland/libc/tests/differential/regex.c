// Fixed and random patterns against texts: error codes and all offsets.
#include "common.h"
#include <regex.h>

static void run(const char *pattern, int flags, const char *text, int eflags) {
    regex_t r;
    int error = regcomp(&r, pattern, flags);
    if (error) {
        printf("[%s] %d: error %d\n", pattern, flags, error == REG_BADPAT ? REG_EBRACK : error); // glibc: "[" is BADPAT
        return;
    }
    regmatch_t m[10];
    int result = regexec(&r, text, 10, m, eflags);
    printf("[%s] %d (%s) %d: %d %zu", pattern, flags, text, eflags, result, r.re_nsub);
    if (result == 0 && !(flags & REG_NOSUB))
        for (unsigned i = 0; i <= r.re_nsub && i < 10; i++)
            printf(" %d,%d", (int)m[i].rm_so, (int)m[i].rm_eo);
    printf("\n");
    regfree(&r);
}

// One compiled expression, searched from every offset with every combination of flags: the calls do not
// affect each other.
static void run_again(const char *pattern, int flags, const char *text) {
    regex_t r;
    if (regcomp(&r, pattern, flags)) return;
    int size = (int)strlen(text);
    for (int from = 0; from <= size; from++)
        for (int each = 0; each < 4; each++) {
            int eflags = REG_STARTEND | (each & 1 ? REG_NOTBOL : 0) | (each & 2 ? REG_NOTEOL : 0);
            regmatch_t m[1] = {{from, size}};
            int result = regexec(&r, text, 1, m, eflags);
            printf("[%s] (%s) from %d %d: %d %d,%d\n", pattern, text, from, eflags, result,
                   result ? 0 : (int)m[0].rm_so, result ? 0 : (int)m[0].rm_eo);
        }
    regfree(&r);
}

int main(int argc, char **argv) {
    static const char* errors[] = {"(",
                                   ")",
                                   "a{",
                                   "a{1",
                                   "a{1,",
                                   "a{2,1}",
                                   "a{x}",
                                   "[",
                                   "[a",
                                   "[]",
                                   "[^]",
                                   "[b-a]",
                                   "[[:foo:]]",
                                   "[[:alpha:",
                                   "\\",
                                   "*",
                                   "+",
                                   "?",
                                   "a|*",
                                   "(*a)",
                                   "(|a)",
                                   "a|",
                                   "|a",
                                   "()",
                                   "\\(",
                                   "\\)",
                                   "\\{",
                                   "a\\{1",
                                   "a\\{1\\}",
                                   "\\(a",
                                   "a\\|b",
                                   "\\1",
                                   "(a)\\2",
                                   "\\(a\\)\\1",
                                   "^*",
                                   "^*a",
                                   "a{300}",
                                   "a{,2}",
                                   "[[.a.]]",
                                   "[[=a=]]",
                                   "[a-a]",
                                   "[]a]",
                                   "[a-]",
                                   "[--/]",
                                   "x\\",
                                   "a\\{1,2\\}{2}",
                                   "{1}",
                                   "a|{1}",
                                   "(a{1}){2}",
                                   "x{0}",
                                   "(a){0}",
                                   "\\<a\\>",
                                   "\\ba",
                                   "a\\Bb",
                                   "\\w\\W\\s\\S",
                                   "a\\+",
                                   "a\\?",
                                   "(^a)",
                                   "(a$)",
                                   "a^b",
                                   "a$b",
                                   "$",
                                   "^",
                                   "^$"};
    static const char* texts[] = {"",    "a",  "b",  "ab", "aab",   "abc", "aaa",  "xay", "a^b",
                                  "a$b", "*",  "*a", "\\", "a b_c", "a{1", "a{1}", "{1}", "+",
                                  "?",   "aa", "ba", "a*", "()",    "-",   "/"};
    for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++)
        for (int flags = 0; flags < 4; flags++)
            for (unsigned j = 0; j < sizeof texts / sizeof *texts; j++)
                run(errors[i], (flags & 1 ? REG_EXTENDED : 0) | (flags & 2 ? REG_ICASE : 0), texts[j], 0);
    // (Where glibc departs from POSIX is in property/regex.c.)
    static const char* patterns[] = {
        "(a*)(ab)*(b*)", "(a+|b)*",         "(a|b)*c|(a|ab)*c",
        "(.*)(.*)",      "(foo|bar)(bar)?", "x*",
        "a.*c",          "[0-9]+\\.[0-9]*", "^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\\?([^#]*))?(#(.*))?",
        "(a)(b)?(c)",    "(ab|a)(bc)?",     "([a-z]+) ([a-z]+)",
        "a{2,3}",        "(a{1,2}){2}",     "[[:alpha:]_][[:alnum:]_]*",
        "[^[:space:]]+", "(a*)+",           "(a|)+",
        "()*",           "(a?)*b",          "\\.",
        "a|b|c",         "(^|,)x",          "x($|,)"};
    static const char* subjects[] = {
        "abcd",    "abb", "aabab", "foobar",      "foobarbar", "http://example.com/path?query#frag",
        "3.14",    "abc", "ac",    "hello world", "aaaa",      "_id9 x",
        "  word ", "b",   "aab",   "a.b",         "y,x",       "x,y",
        "abab",    ""};
    for (unsigned i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (unsigned j = 0; j < sizeof subjects / sizeof *subjects; j++) {
            run(patterns[i], REG_EXTENDED, subjects[j], 0);
            run(patterns[i], REG_EXTENDED | REG_NOSUB, subjects[j], REG_NOTBOL);
        }
    static const char *multi[] = {"^a", "a$", "^b$", "a.b", "[^x]b", "^", "$"};
    for (unsigned i = 0; i < sizeof multi / sizeof *multi; i++)
        for (int n = 0; n < 2; n++) {
            run(multi[i], n ? REG_NEWLINE : 0, "x\nb\na\nb", 0);
            run(multi[i], n ? REG_NEWLINE : 0, "a\nb", REG_NOTBOL);
            run(multi[i], n ? REG_NEWLINE : 0, "b\na", REG_NOTEOL);
        }
    static const char *anchored[] = {"^", "$", "^a", "a$", "^a|b$", "\\bb", "\\<a", "a\\>", "^$", "ab|^c", "(^|x)b"};
    static const char *lines[] = {"", "abc", "aab ab", "a\nb\na", "xb c"};
    for (unsigned i = 0; i < sizeof anchored / sizeof *anchored; i++)
        for (unsigned j = 0; j < sizeof lines / sizeof *lines; j++)
            for (int n = 0; n < 2; n++)
                run_again(anchored[i], REG_EXTENDED | (n ? REG_NEWLINE : 0), lines[j]);
    static const char* references[] = {"\\(a*\\)\\1", "\\(ab*\\)x\\1", "\\(.\\)\\(.\\)\\2\\1",
                                       "^\\(.*\\)\\1$", "\\(a\\)*\\1"};
    static const char *reference_texts[] = {"aaaa", "abbxabb", "abba", "abcabc", "aa", "x", "abab"};
    for (unsigned i = 0; i < sizeof references / sizeof *references; i++)
        for (unsigned j = 0; j < sizeof reference_texts / sizeof *reference_texts; j++)
            run(references[i], 0, reference_texts[j], 0);
    setlocale(LC_CTYPE, "C.UTF-8");
    static const char *wide[] = {"^.$", "[\u00e0\u00fc]", "[^a]", "\u00fc*", "[[:alpha:]]+", "\u00dc", "(.)(.)"};
    static const char* wide_texts[] = {"\u00fc",        "\u20ac",    "a\u00fc", "\u00fc\u00fc\u00fc",
                                       "\u00e9t\u00e9", "\U0001f600"};
    for (unsigned i = 0; i < sizeof wide / sizeof *wide; i++)
        for (unsigned j = 0; j < sizeof wide_texts / sizeof *wide_texts; j++) {
            run(wide[i], REG_EXTENDED, wide_texts[j], 0);
            run(wide[i], REG_EXTENDED | REG_ICASE, wide_texts[j], 0);
        }
    setlocale(LC_CTYPE, "C");
    // Random patterns: the whole match must agree.
    static const char *atoms[] = {"a", "b", "c", ".", "[ab]", "[^a]", "(a|b)", "(ab)", "(a|ab)", "(^|b)", "x"};
    static const char *operators[] = {"", "", "", "*", "+", "?", "{2}", "{1,2}"};
    for (int i = 0; i < 6000; i++) {
        char pattern[200] = "", text[40];
        unsigned parts = 1 + below(5);
        for (unsigned j = 0; j < parts; j++) {
            if (j && below(6) == 0) strcat(pattern, "|");
            strcat(pattern, atoms[below(11)]);
            strcat(pattern, operators[below(8)]);
        }
        unsigned length = below(12);
        for (unsigned j = 0; j < length; j++) text[j] = "abcx"[below(4)];
        text[length] = 0;
        regex_t r;
        regmatch_t m[1];
        if (regcomp(&r, pattern, REG_EXTENDED)) { printf("%s error\n", pattern); continue; }
        int result = regexec(&r, text, 1, m, 0);
        printf("%s %s %d %d %d\n", pattern, text, result, result ? 0 : (int)m[0].rm_so, result ? 0 : (int)m[0].rm_eo);
        regfree(&r);
    }
    return 0;
}
