// A QEMU plugin that counts guest instructions by address between two marker instructions (tests/bench/meter.h).
//
// The first marker resets the counts, the second writes `address count` lines for every translated block that ran and ends
// the profile. QEMU's header is not packaged by Debian 12, so the few declarations used (plugin API version 1) are here.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
enum { INLINE_ADD_U64 = 0, NO_REGISTERS = 0 };

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*callback)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*callback)(unsigned cpu, void *data), int flags,
                                            void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation, void *target, uint64_t value);

int qemu_plugin_version = 1;

// Open addressing by address; entries are never removed, so the translated code's pointers into the table stay good.
enum { TABLE_SIZE = 1 << 20 };
struct entry {
    uint64_t address;
    uint64_t count;
};
static struct entry table[TABLE_SIZE];
static const char *output = "profile.txt";
static bool is_done;

static struct entry *entry_of(uint64_t address) {
    size_t slot = (address * 0x9e3779b97f4a7c15u) >> 44;
    while (table[slot].address != 0 && table[slot].address != address) slot = (slot + 1) % TABLE_SIZE;
    table[slot].address = address;
    return &table[slot];
}

static void start(unsigned cpu, void *data) {
    (void)cpu, (void)data;
    for (size_t i = 0; i < TABLE_SIZE; ++i) table[i].count = 0;
}

static void stop(unsigned cpu, void *data) {
    (void)cpu, (void)data;
    if (is_done) return;
    is_done = true;
    FILE *out = fopen(output, "w");
    if (out == NULL) return;
    for (size_t i = 0; i < TABLE_SIZE; ++i)
        if (table[i].count != 0) fprintf(out, "%lx %lu\n", (unsigned long)table[i].address, (unsigned long)table[i].count);
    fclose(out);
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    static const unsigned char marker[6] = {0x0f, 0x1f, 0x80, 0x4d, 0x52, 0x4b};
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); ++i) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &entry_of(qemu_plugin_insn_vaddr(insn))->count, 1);
        const unsigned char *bytes = qemu_plugin_insn_data(insn);
        if (qemu_plugin_insn_size(insn) == 7 && memcmp(bytes, marker, sizeof(marker)) == 0)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, bytes[6] == 0x31 ? start : stop, NO_REGISTERS, NULL);
    }
}

int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; ++i)
        if (strncmp(argv[i], "output=", 7) == 0) output = argv[i] + 7;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
