// daemon(3).
#include <fcntl.h>
#include <paths.h>
#include <unistd.h>

extern "C" int daemon(int keep_directory, int keep_streams) {
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid > 0)
        _exit(0);
    if (setsid() < 0)
        return -1;
    if (!keep_directory && chdir("/") < 0)
        return -1;
    if (!keep_streams) {
        int fd = open(_PATH_DEVNULL, O_RDWR);
        if (fd < 0)
            return -1;
        for (int standard = 0; standard < 3; standard++)
            dup2(fd, standard);
        if (fd > 2)
            close(fd);
    }
    return 0;
}
