// logd: copies what services write to their pipes into /var/log/services, and what programs send to /dev/log
// into /var/log/messages. Descriptor 3 is the link to init (init/log_keeper.h); the program ends with it.
//
// Every readable source has its turn once for each round of at most one buffer, so that a service that writes
// without end takes no time from the others, and waits itself when it is faster than the log.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "log_file.h"
#include "syslog_message.h"

namespace logd {
namespace {

constexpr int kLink = 3;
constexpr char kServiceFolder[] = "/var/log/services/";
constexpr char kSystemLog[] = "/var/log/messages";
constexpr int kBatch = 32;
constexpr int kLastRounds = 64; // for each source, when init is gone

struct Source {
    Source(std::string its_name, int its_fd, std::string path)
        : name(std::move(its_name)), fd(its_fd), log(std::move(path)) {}
    std::string name; // of the service; empty: /dev/log
    int fd;
    LogFile log;
};

class Keeper {
public:
    Keeper() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        mkdir(kServiceFolder, 0755);
        watch(kLink, nullptr);
    }

    int run() {
        epoll_event events[kBatch];
        while (true) {
            int count = epoll_wait(epoll_, events, kBatch, -1);
            for (int i = 0; i < count; ++i) {
                if (auto* source = static_cast<Source*>(events[i].data.ptr))
                    serve(*source);
                else if (!read_link())
                    return finish();
            }
            // Only now: an event later in the batch may have named one.
            ended_.clear();
        }
    }

private:
    void watch(int fd, Source* source) {
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.ptr = source;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }

    /// One message of init; false when init is gone.
    bool read_link() {
        char text[512];
        iovec piece = {text, sizeof text};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
        msghdr header = {};
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        ssize_t size = recvmsg(kLink, &header, MSG_CMSG_CLOEXEC);
        if (size < 0) return errno == EINTR;
        if (size == 0) return false;
        int fd = -1;
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        if (rights != nullptr && rights->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(rights), sizeof fd);
        std::string_view rest(text + 1, static_cast<size_t>(size) - 1);
        if (text[0] == 'P' && fd >= 0)
            add(std::string(rest), fd, kServiceFolder + std::string(rest) + ".log");
        else if (text[0] == 'S' && fd >= 0)
            add("", fd, kSystemLog);
        else if (text[0] == 'E')
            note(rest);
        return true;
    }

    /// Takes what the pipes still hold.
    int finish() {
        for (auto& source : sources_) {
            pollfd state = {source->fd, POLLIN, 0};
            for (int round = 0;
                 round < kLastRounds && poll(&state, 1, 0) == 1 && (state.revents & POLLIN) != 0; ++round)
                if (!copy(*source)) break;
        }
        return 0;
    }

    void add(std::string name, int fd, std::string path) {
        sources_.push_back(std::make_unique<Source>(std::move(name), fd, std::move(path)));
        watch(fd, sources_.back().get());
    }

    /// "NAME\nTEXT": a line of init's own.
    void note(std::string_view message) {
        size_t end = message.find('\n');
        if (end == message.npos) return;
        std::string_view name = message.substr(0, end);
        std::string line = "init: " + std::string(message.substr(end + 1)) + "\n";
        for (auto& source : sources_)
            if (source->name == name && !name.empty()) return source->log.append(line);
        LogFile(kServiceFolder + std::string(name) + ".log").append(line);
    }

    void serve(Source& source) {
        if (!copy(source)) remove(source);
    }

    /// One buffer's worth; false when the writers are gone.
    bool copy(Source& source) {
        if (source.name.empty()) return copy_message(source);
        ssize_t size = read(source.fd, buffer_, sizeof buffer_);
        if (size > 0) source.log.append({buffer_, static_cast<size_t>(size)});
        return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
    }

    bool copy_message(Source& source) {
        ssize_t size = recv(source.fd, buffer_, kMaximumMessageBytes, MSG_DONTWAIT);
        if (size < 0) return true;
        char date[32], host[65] = "";
        time_t now = time(nullptr);
        tm broken;
        localtime_r(&now, &broken);
        size_t length = strftime(date, sizeof date, "%b %e %H:%M:%S", &broken);
        gethostname(host, sizeof host - 1);
        source.log.append_line(syslog_line({buffer_, static_cast<size_t>(size)}, {date, length}, host));
        return true;
    }

    void remove(Source& source) {
        epoll_ctl(epoll_, EPOLL_CTL_DEL, source.fd, nullptr);
        close(source.fd);
        for (auto& each : sources_) {
            if (each.get() != &source) continue;
            ended_.push_back(std::move(each));
            each = std::move(sources_.back());
            return sources_.pop_back();
        }
    }

    int epoll_;
    std::vector<std::unique_ptr<Source>> sources_, ended_;
    char buffer_[32 * 1024];
};

} // namespace
} // namespace logd

int main() {
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN); // the last to go: it ends when init closes the link, or by SIGKILL
    signal(SIGPIPE, SIG_IGN);
    umask(022);
    static logd::Keeper keeper;
    return keeper.run();
}
