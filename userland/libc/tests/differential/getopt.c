// getopt and getopt_long over many argument lists.
#include "common.h"
#include <getopt.h>

static const struct option options[] = {{"all", no_argument, 0, 'a'},
                                        {"begin", required_argument, 0, 'b'},
                                        {"color", optional_argument, 0, 'c'},
                                        {"color-mode", no_argument, 0, 1000},
                                        {"create", no_argument, 0, 1001},
                                        {"flag", no_argument, &(int){0}, 5},
                                        {0, 0, 0, 0}};

static void run(int kind, const char *letters, int argc, const char **argv) {
    char *copy[12];
    for (int i = 0; i <= argc; i++) copy[i] = (char *)argv[i];
    optind = 0;
    int c, index = -1;
    printf("%d %s:", kind, letters);
    for (int i = 0; i < argc; i++) printf(" %s", argv[i]);
    printf(" =>");
    while ((c = kind == 0   ? getopt(argc, copy, letters)
                : kind == 1 ? getopt_long(argc, copy, letters, options, &index)
                            : getopt_long_only(argc, copy, letters, options, &index)) != -1) {
        printf(" %d(%s)%d", c, optarg ? optarg : "-", c == '?' || c == ':' ? optopt : 0);
    }
    printf(" | %d:", optind);
    for (int i = 0; i < argc; i++) printf(" %s", copy[i]);
    printf("\n");
}

int main(void) {
    static const char* words[] = {
        "-a",   "-b",   "-bx",     "-c",      "-cx",     "-ab",       "-abx",    "-x",          "--",
        "-",    "file", "other",   "--all",   "--begin", "--begin=3", "--color", "--color=red", "--col",
        "--cr", "--c",  "--all=1", "--bogus", "--flag",  "-all",      "-begin",  "value"};
    static const char *letters[] = {"ab:c::", "+ab:c::", "-ab:c::", ":ab:c::"};
    freopen("/dev/null", "w", stderr);
    for (int i = 0; i < 8000; i++) {
        const char *argv[12] = {"prog"};
        int argc = 1 + (int)below(6);
        for (int j = 1; j < argc; j++) argv[j] = words[below(26)];
        argv[argc] = 0;
        run((int)below(3), letters[below(4)], argc, argv);
    }
    return 0;
}
