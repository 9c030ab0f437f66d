// Latency and bandwidth between two processes, through pipes and Unix sockets; splice(2) and its kin within one.
#include "meter.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr size_t kMebibyte = 1 << 20;
constexpr size_t kChunk = 65536;
constexpr unsigned kMebibytes = 8;
alignas(4096) char g_chunk[kChunk];

/// A way there and a way back.
struct Link {
    int to_child[2];
    int to_parent[2];
};

bool make_pipes(Link& link) { return pipe(link.to_child) == 0 && pipe(link.to_parent) == 0; }

bool make_sockets(Link& link) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return false;
    // The child's end is ends[0], the parent's ends[1], each once for reading and once for writing.
    link = {{ends[0], ends[1]}, {dup(ends[1]), dup(ends[0])}};
    return true;
}

void close_ends(int first, int second) {
    close(first);
    close(second);
}

pid_t start_child(const Link& link, void (*work)(int in, int out)) {
    pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0) {
        close_ends(link.to_child[1], link.to_parent[0]);
        work(link.to_child[0], link.to_parent[1]);
        _exit(0);
    }
    close_ends(link.to_child[0], link.to_parent[1]);
    return child;
}

void finish(const Link& link, pid_t child) {
    close_ends(link.to_child[1], link.to_parent[0]);
    waitpid(child, nullptr, 0);
}

void echo(int in, int out) {
    char byte;
    while (read(in, &byte, 1) == 1) require(write(out, &byte, 1) == 1, "write");
}

/// Answers one byte for each run of kMebibytes.
void swallow(int in, int out) {
    size_t got = 0;
    for (ssize_t count; (count = read(in, g_chunk, kChunk)) > 0;) {
        got += static_cast<size_t>(count);
        if (got == kMebibytes * kMebibyte) {
            got = 0;
            require(write(out, g_chunk, 1) == 1, "write");
        }
    }
}

template <typename Make>
void measure_link(Meter& meter, const char* latency, const char* bandwidth, Make make) {
    char byte = 0;
    if (meter.wants(latency)) {
        Link link;
        if (!make(link)) return meter.unsupported(latency), meter.unsupported(bandwidth);
        pid_t child = start_child(link, echo);
        meter.each(latency, 500, [&] {
            require(write(link.to_child[1], &byte, 1) == 1 && read(link.to_parent[0], &byte, 1) == 1, latency);
        });
        finish(link, child);
    }
    if (!meter.wants(bandwidth)) return;
    Link link;
    if (!make(link)) return meter.unsupported(bandwidth);
    pid_t child = start_child(link, swallow);
    unsigned round = 0;
    meter.rounds(bandwidth, kMebibytes, [&] {
        bool is_last = round++ == Meter::kRounds;
        uint64_t start = meter.now();
        if (is_last) mark_start();
        for (size_t sent = 0; sent < kMebibytes * kMebibyte; sent += kChunk)
            require(write(link.to_child[1], g_chunk, kChunk) == kChunk, bandwidth);
        require(read(link.to_parent[0], &byte, 1) == 1, bandwidth);
        if (is_last) mark_stop();
        return meter.now() - start;
    });
    finish(link, child);
}

/// What is in the pipe goes to `sink`.
void drain(int reader, int sink, ssize_t left) {
    while (left > 0) {
        ssize_t out = splice(reader, nullptr, sink, nullptr, static_cast<size_t>(left), 0);
        require(out > 0, "splice");
        left -= out;
    }
}

/// A mebibyte each: from a file into a file, from a file and from memory into nothing, and duplicated.
void measure_splice(Meter& meter) {
    int first[2], second[2];
    int file = open("data", O_RDWR | O_CREAT | O_TRUNC, 0600), null = open("/dev/null", O_WRONLY);
    require(pipe(first) == 0 && pipe(second) == 0 && file >= 0 && null >= 0, "pipe");
    for (size_t done = 0; done < kMebibyte; done += kChunk) require(write(file, g_chunk, kChunk) == kChunk, "write");
    auto through = [&](int sink) {
        off_t offset = 0;
        for (ssize_t in; (in = splice(file, &offset, first[1], nullptr, kChunk, 0)) > 0;) drain(first[0], sink, in);
    };
    meter.each("splice_1m", 10, [&] { through(null); });
    meter.each("splice_copy_1m", 10, [&] {
        int target = open("copy", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        through(target);
        close(target);
    });
    meter.each("vmsplice_1m", 10, [&] {
        for (size_t done = 0; done < kMebibyte; done += kChunk) {
            iovec vector = {g_chunk, kChunk};
            ssize_t in = vmsplice(first[1], &vector, 1, 0);
            require(in > 0, "vmsplice");
            drain(first[0], null, in);
        }
    });
    off_t offset = 0;
    require(splice(file, &offset, first[1], nullptr, kChunk, 0) == kChunk, "splice");
    meter.each("tee_1m", 10, [&] {
        for (size_t done = 0; done < kMebibyte; done += kChunk) {
            require(tee(first[0], second[1], kChunk, 0) == kChunk, "tee");
            drain(second[0], null, kChunk);
        }
    });
    for (int descriptor : {first[0], first[1], second[0], second[1], file, null}) close(descriptor);
    unlink("data");
    unlink("copy");
}

} // namespace

void measure_pipes(Meter& meter) {
    measure_link(meter, "pipe_latency", "pipe_bandwidth", make_pipes);
    measure_link(meter, "unix_latency", "unix_bandwidth", make_sockets);
    measure_splice(meter);
}
