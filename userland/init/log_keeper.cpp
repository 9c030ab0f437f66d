#include "log_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace init {
namespace {

constexpr char kProgram[] = "/sbin/logd";
constexpr int kLinkInKeeper = 3;
constexpr uint64_t kFirstDelayMs = 500;

[[noreturn]] void become_keeper(int link) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setsid();
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; ++fd) dup2(null, fd);
    if (link == kLinkInKeeper)
        fcntl(link, F_SETFD, 0);
    else
        dup2(link, kLinkInKeeper);
    if (chdir("/") == 0) execl(kProgram, "logd", nullptr);
    _exit(127);
}

} // namespace

void LogKeeper::open_syslog() {
    syslog_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address = {AF_UNIX, "/dev/log"};
    unlink(address.sun_path);
    if (!syslog_ || bind(syslog_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        chmod(address.sun_path, 0666) != 0)
        return report(std::string("/dev/log: ") + strerror(errno));
    add("", syslog_.get());
}

void LogKeeper::add(const std::string& name, int read_end) {
    sources_[name] = {read_end, false};
    if (not_before_ms_ == UINT64_MAX) offer(name);
}

void LogKeeper::remove(const std::string& name) {
    auto found = sources_.find(name);
    if (found == sources_.end()) return;
    if (!found->second.handed_over) {
        pollfd state = {found->second.fd, POLLIN, 0};
        if (poll(&state, 1, 0) == 1 && (state.revents & POLLIN) != 0 && pid_ == 0 &&
            not_before_ms_ == UINT64_MAX)
            start();
        poller_.forget(found->second.fd);
    }
    sources_.erase(found);
}

void LogKeeper::note(const std::string& name, const std::string& text, Urgency urgency) {
    if (pid_ == 0 && urgency == Urgency::StartsKeeper && not_before_ms_ == UINT64_MAX) start();
    if (pid_ != 0) send("E" + name + "\n" + text, -1);
}

void LogKeeper::ended() {
    pid_ = 0;
    link_.reset();
    for (auto& [name, source] : sources_) source.handed_over = false;
    uint64_t now = monotonic_ms();
    not_before_ms_ =
        now + back_off_.next_delay_ms(now - started_ms_, kFirstDelayMs, 0).value_or(BackOff::kLongestMs);
    report("the log keeper ended; the next one starts in " + std::to_string(not_before_ms_ - now) + " ms");
}

void LogKeeper::tick() {
    if (pid_ != 0 || monotonic_ms() < not_before_ms_) return;
    not_before_ms_ = UINT64_MAX;
    for (auto& [name, source] : sources_) offer(name);
}

void LogKeeper::start() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return;
    Descriptor own(ends[0]), other(ends[1]);
    fcntl(own.get(), F_SETFL, O_NONBLOCK);
    started_ms_ = monotonic_ms();
    pid_t pid = fork();
    if (pid == 0) become_keeper(other.get());
    if (pid < 0) { // nothing can be read meanwhile; the pipes wait
        for (auto& [name, source] : sources_) poller_.forget(source.fd);
        not_before_ms_ = started_ms_ + kFirstDelayMs;
        return;
    }
    pid_ = pid;
    link_ = std::move(own);
    for (auto& [name, source] : sources_) offer(name);
}

/// Hands the source over, or waits until it has something to copy.
void LogKeeper::offer(const std::string& name) {
    Source& source = sources_[name];
    if (source.handed_over) return;
    if (pid_ != 0) source.handed_over = send(name.empty() ? "S" : "P" + name, source.fd);
    if (source.handed_over) return poller_.forget(source.fd);
    poller_.watch(source.fd, [this, name] {
        if (pid_ == 0)
            start();
        else
            offer(name);
    });
}

bool LogKeeper::send(const std::string& message, int fd) {
    iovec text = {const_cast<char*>(message.data()), message.size()};
    msghdr header = {};
    header.msg_iov = &text;
    header.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (fd >= 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    }
    return sendmsg(link_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

} // namespace init
