// credentials(7): the setuid family, groups, set-user-ID programs.
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

CASE(credentials, root_gives_up_everything_with_setuid) {
    CHECK_EQUAL(setgid(100), 0);
    CHECK_EQUAL(setuid(100), 0);
    uid_t real, effective, saved;
    CHECK_EQUAL(getresuid(&real, &effective, &saved), 0);
    CHECK(real == 100 && effective == 100 && saved == 100);
    CHECK_ERROR(setuid(0), EPERM);
    CHECK_ERROR(setgid(0), EPERM);
    CHECK_ERROR(setgroups(0, nullptr), EPERM);
}

CASE(credentials, seteuid_goes_back_and_forth) {
    CHECK_EQUAL(seteuid(100), 0);
    CHECK_EQUAL(geteuid(), 100);
    CHECK_EQUAL(getuid(), 0);
    CHECK_ERROR(chroot("/"), EPERM);
    CHECK_EQUAL(seteuid(0), 0);
    CHECK_EQUAL(chroot("/"), 0);
}

CASE(credentials, setresuid_swaps_only_what_one_has) {
    CHECK_EQUAL(setresuid(1, 2, 3), 0);
    CHECK_EQUAL(setresuid(3, 1, 2), 0);
    CHECK_ERROR(setresuid(4, -1, -1), EPERM);
    CHECK_EQUAL(setresuid(-1, -1, -1), 0);
}

CASE(credentials, supplementary_groups) {
    gid_t groups[3] = {30, 10, 20}, back[10];
    CHECK_EQUAL(setgroups(3, groups), 0);
    CHECK_EQUAL(getgroups(0, nullptr), 3);
    CHECK_EQUAL(getgroups(10, back), 3);
    CHECK_ERROR(getgroups(1, back), EINVAL);
    CHECK_ERROR(setgroups(70'000, groups), EINVAL);
}
