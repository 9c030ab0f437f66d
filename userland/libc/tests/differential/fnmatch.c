// Fixed and random patterns of the shell.
#include "common.h"
#include <fnmatch.h>

int main(void) {
    static const char* patterns[] = {"",
                                     "*",
                                     "?",
                                     "a*",
                                     "*a",
                                     "a*b",
                                     "[a-c]",
                                     "[!a]",
                                     "[^a]",
                                     "[]a]",
                                     "[a",
                                     "[a-",
                                     "\\*",
                                     "\\",
                                     "a\\",
                                     "*/b",
                                     "a/*",
                                     "*.c",
                                     ".*",
                                     "[.]x",
                                     "?x",
                                     "[[:alpha:]]*",
                                     "[[:digit:][:upper:]]",
                                     "**",
                                     "a**b",
                                     "*a*b*",
                                     "[a-c]*[x-z]",
                                     "[\\]]",
                                     "[\\a]",
                                     "a[/]b",
                                     "a?b",
                                     "[[.a.]]",
                                     "[[=a=]]",
                                     "[a-c-e]",
                                     "[--0]",
                                     "[!-a]",
                                     "foo/*/bar",
                                     "foo*bar",
                                     "/*"};
    static const char* texts[] = {
        "",    "a",  "b",         "ab",         "abc",         "*",    "\\",   "a/b", "/b", "a/",
        ".",   ".x", "x",         "x.c",        ".c",          "A",    "5",    "]",   "[a", "[",
        "a\\", "-",  "foo/x/bar", "foo/.x/bar", "foo/x/y/bar", "aXXb", "a/.b", "Abc", "az", "/"};
    static const int flags[] = {0,
                                FNM_PATHNAME,
                                FNM_PERIOD,
                                FNM_NOESCAPE,
                                FNM_PATHNAME | FNM_PERIOD,
                                FNM_LEADING_DIR,
                                FNM_CASEFOLD,
                                FNM_PATHNAME | FNM_LEADING_DIR};
    for (unsigned f = 0; f < sizeof flags / sizeof *flags; f++)
        for (unsigned i = 0; i < sizeof patterns / sizeof *patterns; i++)
            for (unsigned j = 0; j < sizeof texts / sizeof *texts; j++)
                if (!(flags[f] & FNM_CASEFOLD) ||
                    !strstr(patterns[i], "[[")) // classes under CASEFOLD are nobody's standard
                    printf("%s %s %d: %d\n", patterns[i], texts[j], flags[f], fnmatch(patterns[i], texts[j], flags[f]));
    for (int i = 0; i < 20000; i++) {
        char pattern[40] = "", text[20];
        static const char *parts[] = {"*", "?", "a", "b", "/", ".", "[ab]", "[!a]"};
        unsigned n = below(6);
        for (unsigned j = 0; j < n; j++) strcat(pattern, parts[below(8)]);
        unsigned length = below(7);
        for (unsigned j = 0; j < length; j++) text[j] = "ab/."[below(4)];
        text[length] = 0;
        int flag = flags[below(5)];
        printf("%s %s %d %d\n", pattern, text, flag, fnmatch(pattern, text, flag));
    }
    setlocale(LC_CTYPE, "C.UTF-8");
    printf("%d %d %d %d\n", fnmatch("?", "\u00fc", 0), fnmatch("[\u00e0-\u00ff]", "\u00fc", 0),
           fnmatch("\u00dc", "\u00fc", FNM_CASEFOLD), fnmatch("[[:alpha:]]", "\u00fc", 0));
    return 0;
}
