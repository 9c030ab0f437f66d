// ipcs, ipcrm (POSIX.1-2017 XSI): the message queues, semaphores and shared memory of System V, from
// /proc/sysvipc.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/processes.h"

#include <algorithm>
#include <errno.h>
#include <stdlib.h>
#include <string>
#include <string_view>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kListOptions[] = {
    {'a', "all", nullptr, "all kinds (what happens anyway)"},
    {'m', "shmems", nullptr, "shared memory"},
    {'p', "pid", nullptr, "show the creators and the last users"},
    {'q', "queues", nullptr, "message queues"},
    {'s', "semaphores", nullptr, "semaphores"},
    {'t', "time", nullptr, nullptr},
};

// The lines of a file of /proc/sysvipc as numbers, its heading left out.
std::vector<std::vector<int64_t>> read_objects(const char* path) {
    std::string text = read_small_file(path);
    std::vector<std::vector<int64_t>> objects;
    size_t at = std::min(text.find('\n'), text.size() - 1) + 1;
    while (at < text.size()) {
        size_t end = std::min(text.find('\n', at), text.size());
        std::vector<int64_t> fields;
        const char* position = text.c_str() + at;
        for (char* next; position < text.c_str() + end; position = next) {
            auto value = static_cast<int64_t>(strtoll(position, &next, 10));
            if (next == position) break;
            fields.push_back(value);
        }
        objects.push_back(std::move(fields));
        at = end + 1;
    }
    return objects;
}

// The permissions are written in octal digits.
unsigned permissions(int64_t digits) {
    return static_cast<unsigned>(strtoul(std::to_string(digits).c_str(), nullptr, 8)) & 0777;
}

void print_start(const std::vector<int64_t>& object, size_t owner) {
    out.print("0x%08x %-10lld %-10s %-10o", static_cast<unsigned>(object[0]),
              static_cast<long long>(object[1]), user_name(static_cast<uid_t>(object[owner])).c_str(),
              permissions(object[2]));
}

void list_queues(bool with_pids) {
    out.write("\n------ Message Queues --------\n");
    out.print("key        msqid      owner      perms      %s\n",
              with_pids ? "lspid      lrpid" : "used-bytes   messages    ");
    for (auto& object : read_objects("/proc/sysvipc/msg")) {
        if (object.size() < 14) continue;
        print_start(object, 7);
        out.print(with_pids ? " %-10lld %-10lld\n" : " %-12lld %-12lld\n",
                  static_cast<long long>(object[with_pids ? 5 : 3]),
                  static_cast<long long>(object[with_pids ? 6 : 4]));
    }
}
void list_memory(bool with_pids) {
    out.write("\n------ Shared Memory Segments --------\n");
    out.print("key        shmid      owner      perms      %s\n",
              with_pids ? "cpid       lpid" : "bytes      nattch     status      ");
    for (auto& object : read_objects("/proc/sysvipc/shm")) {
        if (object.size() < 14) continue;
        print_start(object, 7);
        if (with_pids)
            out.print(" %-10lld %-10lld\n", static_cast<long long>(object[4]),
                      static_cast<long long>(object[5]));
        else
            out.print(" %-10lld %-10lld %s\n", static_cast<long long>(object[3]),
                      static_cast<long long>(object[6]), object[2] >= 1000 ? "dest" : "");
    }
}
void list_semaphores() {
    out.write("\n------ Semaphore Arrays --------\n");
    out.write("key        semid      owner      perms      nsems     \n");
    for (auto& object : read_objects("/proc/sysvipc/sem")) {
        if (object.size() < 10) continue;
        print_start(object, 4);
        out.print(" %-10lld\n", static_cast<long long>(object[3]));
    }
}

int run_list(Arguments& arguments) {
    bool queues = false, memory = false, semaphores = false, with_pids = false;
    while (auto option = arguments.next_option()) {
        queues |= *option == 'q' || *option == 'a';
        memory |= *option == 'm' || *option == 'a';
        semaphores |= *option == 's' || *option == 'a';
        with_pids |= *option == 'p';
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    bool all = !queues && !memory && !semaphores;
    if (queues || all) list_queues(with_pids);
    if (memory || all) list_memory(with_pids);
    if (semaphores || all) list_semaphores();
    out.put('\n');
    return 0;
}

constexpr Tool kIpcs = {
    .name = "ipcs",
    .synopsis = "[-amqs] [-p]",
    .summary = "List message queues, shared memory and semaphores.",
    .options = kListOptions,
    .run = run_list,
};
MARTLET_REGISTER_TOOL(kIpcs);

constexpr Option kRemoveOptions[] = {
    {'m', "shmem-id", "ID", "remove shared memory by its identifier"},
    {'M', "shmem-key", "KEY", "by its key"},
    {'q', "queue-id", "ID", "remove a message queue"},
    {'Q', "queue-key", "KEY", "by its key"},
    {'s', "semaphore-id", "ID", "remove semaphores"},
    {'S', "semaphore-key", "KEY", "by their key"},
};

int remove_object(char kind, int id) {
    switch (kind) {
    case 'm':
        return shmctl(id, IPC_RMID, nullptr);
    case 'q':
        return msgctl(id, IPC_RMID, nullptr);
    default:
        return semctl(id, 0, IPC_RMID);
    }
}

int find_by_key(char kind, key_t key) {
    switch (kind) {
    case 'M':
        return shmget(key, 0, 0);
    case 'Q':
        return msgget(key, 0);
    default:
        return semget(key, 0, 0);
    }
}

// Only a key that is there and may be removed is removed; what cannot be is reported, the rest goes on.
int run_remove(Arguments& arguments) {
    int status = 0;
    bool any = false;
    while (auto option = arguments.next_option()) {
        any = true;
        const char* text = arguments.value();
        auto kind = static_cast<char>(*option);
        bool by_key = kind == 'M' || kind == 'Q' || kind == 'S';
        char* end;
        auto number = strtoul(text, &end, by_key ? 0 : 10);
        if (*end || end == text) die(1, "failed to parse argument: '%s'", text);
        int id = static_cast<int>(number);
        if (by_key) id = number == 0 ? (errno = EINVAL, -1) : find_by_key(kind, static_cast<key_t>(number));
        if (id >= 0 && remove_object(static_cast<char>(kind | 0x20), id) == 0) continue;
        const char* reason = errno == EACCES || errno == EPERM ? "permission denied for"
                             : errno == EIDRM                  ? "already removed"
                                                               : "invalid";
        warn("%s %s (%s)", reason, by_key ? "key" : "id", text);
        status = 1;
    }
    if (!any) usage_error("bad usage");
    return status;
}

constexpr Tool kIpcrm = {
    .name = "ipcrm",
    .synopsis = "[-mqs ID]... [-MQS KEY]...",
    .summary = "Remove message queues, shared memory and semaphores.",
    .options = kRemoveOptions,
    .run = run_remove,
};
MARTLET_REGISTER_TOOL(kIpcrm);

} // namespace
} // namespace coreutils
