#include "lib/init_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace coreutils {

InitAnswer ask_init(const std::string& request) {
    InitAnswer answer;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = {AF_UNIX, "/run/init.socket"};
    std::string line = request + "\n", text;
    if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        send(fd, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
        answer.text = std::string("cannot speak to init: ") + strerror(errno);
        if (fd >= 0) close(fd);
        return answer;
    }
    char buffer[4096];
    ssize_t size;
    while ((size = read(fd, buffer, sizeof buffer)) > 0 || (size < 0 && errno == EINTR))
        if (size > 0) text.append(buffer, static_cast<size_t>(size));
    close(fd);
    size_t end = text.find('\n');
    std::string head = text.substr(0, end);
    answer.fine = head == "ok";
    if (answer.fine)
        answer.text = text.substr(end + 1);
    else
        answer.text = head.starts_with("error ") ? head.substr(6) : "init gave no answer";
    return answer;
}

} // namespace coreutils
