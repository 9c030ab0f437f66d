// fts and nftw over a small tree; every entry once, in order, and nothing left behind.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char seen[2000];
static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }
static int visit(const char *path, const struct stat *status, int type, struct FTW *where) {
    char line[100];
    snprintf(line, sizeof line, "%s:%d:%d ", path + where->base, type, where->level);
    strcat(seen, line);
    return 0;
}
static void expect(const char *wanted) {
    if (strcmp(seen, wanted)) {
        printf("FAILED:\n%s\nnot\n%s\n", seen, wanted);
        exit(1);
    }
    seen[0] = 0;
}

int main(void) {
    mkdir("w", 0755), mkdir("w/a", 0755), mkdir("w/a/deep", 0755), mkdir("w/b", 0755);
    close(creat("w/a/deep/file", 0644)), close(creat("w/z", 0644));
    symlink("a", "w/link"), symlink("nowhere", "w/wrong");
    char *paths[] = {"w", 0};
    FTS *walk = fts_open(paths, FTS_PHYSICAL, by_name);
    FTSENT *entry;
    while ((entry = fts_read(walk))) sprintf(seen + strlen(seen), "%s:%d ", entry->fts_path, entry->fts_info);
    fts_close(walk);
    expect("w:1 w/a:1 w/a/deep:1 w/a/deep/file:8 w/a/deep:6 w/a:6 w/b:1 w/b:6 w/link:12 w/wrong:12 w/z:8 w:6 ");
    walk = fts_open(paths, FTS_LOGICAL, by_name);
    while ((entry = fts_read(walk))) {
        sprintf(seen + strlen(seen), "%s:%d ", entry->fts_path, entry->fts_info);
        if (!strcmp(entry->fts_name, "a")) fts_set(walk, entry, FTS_SKIP);
    }
    fts_close(walk);
    expect("w:1 w/a:1 w/a:6 w/b:1 w/b:6 w/link:1 w/link/deep:1 w/link/deep/file:8 w/link/deep:6 w/link:6 "
           "w/wrong:13 w/z:8 w:6 ");
    if (nftw("w/a", visit, 1, FTW_PHYS)) return 1;
    expect("a:1:0 deep:1:1 file:0:2 ");
    if (nftw("w/a", visit, 20, FTW_PHYS | FTW_DEPTH)) return 1;
    expect("file:0:2 deep:5:1 a:5:0 ");
    puts("ok");
    return 0;
}
