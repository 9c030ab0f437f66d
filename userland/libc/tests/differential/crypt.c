// crypt(3) with both SHA-2 methods, and the reader and writer of /etc/shadow.
#include "common.h"
#include <crypt.h>
#include <errno.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hash(const char *key, const char *setting) {
    struct crypt_data data;
    memset(&data, 0, sizeof data);
    const char *result = crypt_r(key, setting, &data);
    printf("%s %s\n", setting, result ? result : "null");
}

static void every_length(void) {
    char key[300];
    for (int length = 0; length < 280; length += length < 70 ? 1 : 13) {
        char setting[64];
        for (int i = 0; i < length; i++)
            key[i] = (char)(1 + (i * 37 + length) % 255);
        key[length] = 0;
        int salt = length % 20;
        snprintf(setting, sizeof setting, "$%d$rounds=1000$%.*s", 5 + length % 2, salt, "saltsaltSALT.0123456789");
        hash(key, setting);
    }
}

static void shadow_lines(void) {
    const char *lines[] = {"root:$6$x$y:19000:0:99999:7:::", "a::1:2:3:4:5:6:7", "b:*:::::::", "c:!:1:2:3:4:5:6:",
                           "short:x:1:2", "d:x:one:0:99999:7:::", ":x:1:::::::", "e:x:-5:0:99999:7:::"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct spwd record, *entry;
        char buffer[256];
        sgetspent_r(lines[i], &record, buffer, sizeof buffer, &entry);
        if (!entry) {
            printf("%s: no record\n", lines[i]);
            continue;
        }
        printf("%s|%s|%ld %ld %ld %ld %ld %ld %ld\n", entry->sp_namp, entry->sp_pwdp, entry->sp_lstchg, entry->sp_min,
               entry->sp_max, entry->sp_warn, entry->sp_inact, entry->sp_expire, (long)entry->sp_flag);
        putspent(entry, stdout);
    }
    char small[8], large[128];
    struct spwd entry, *result;
    printf("%s\n", sgetspent(lines[0])->sp_pwdp);
    printf("%d\n", sgetspent_r(lines[0], &entry, small, sizeof small, &result) == ERANGE && !result);
    FILE *file = tmpfile();
    fputs("one:a:1:::::::\nnot a record\ntwo:b:2::::::\n", file);
    rewind(file);
    while (fgetspent_r(file, &entry, large, sizeof large, &result) == 0)
        printf("%s %s %ld\n", result->sp_namp, result->sp_pwdp, result->sp_lstchg);
    fclose(file);
}

int main(void) {
    // The specification's own examples.
    hash("Hello world!", "$5$saltstring");
    hash("Hello world!", "$5$rounds=10000$saltstringsaltstring");
    hash("Hello world!", "$6$saltstring");
    hash("Hello world!", "$6$rounds=10000$saltstringsaltstring");
    hash("we have a short salt string but not a short password", "$6$rounds=77777$short");
    every_length();
    hash("", "$6$");
    hash("x", "$5$salt$rest is ignored");
    hash("x", "$6$rounds=0500$salt");
    hash("x", "$6$rounds=10$salt");
    hash("x", "$6$rounds=x$salt");
    hash("x", "$6$with:colon");
    hash("x", "$6$with\nnewline");
    hash("x", "*0");
    hash("x", "*1");
    hash("x", "$9$salt");
    hash("x", "");
    char key[600];
    memset(key, 'k', sizeof key);
    key[511] = 0;
    hash(key, "$5$rounds=1000$s");
    memset(key, 'k', sizeof key);
    key[512] = 0;
    hash(key, "$5$rounds=1000$s");
    shadow_lines();
    return 0;
}
