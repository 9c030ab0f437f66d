// loop(4): files as block devices, and the ioctls of block devices (blkdev).
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

constexpr unsigned long kSetFd = 0x4c00, kClearFd = 0x4c01, kSetStatus = 0x4c04, kGetStatus = 0x4c05, kGetFree = 0x4c82,
                        kGetSize64 = 0x80081272, kGetReadOnly = 0x125e, kGetSectorSize = 0x1268;

struct LoopInfo {
    unsigned long long device, inode, special_device, offset, size_limit;
    unsigned number, encryption_type, encryption_key_size, flags;
    unsigned char file_name[64], crypt_name[64], encryption_key[32];
    unsigned long long init[2];
};

/// A free loop device, or -1 where there are none (a container).
int open_free_loop() {
    int control = open("/dev/loop-control", O_RDWR);
    if (control < 0) return -1;
    int number = ioctl(control, kGetFree);
    close(control);
    if (number < 0) return -1;
    char name[32];
    snprintf(name, sizeof name, "/dev/loop%d", number);
    return open(name, O_RDWR);
}

} // namespace

CASE(loop, a_file_becomes_a_block_device) {
    enter_fresh_directory();
    int device = open_free_loop();
    if (device < 0) return;
    std::string text;
    for (int index = 0; index < 1000; ++index) text += std::string(511, static_cast<char>('a' + index % 26)) + "\n";
    write_file("image", text);
    int file = open("image", O_RDWR);
    CHECK_EQUAL(ioctl(device, kSetFd, file), 0);
    CHECK_ERROR(ioctl(device, kSetFd, file), EBUSY);
    unsigned long long size = 0;
    CHECK_EQUAL(ioctl(device, kGetSize64, &size), 0);
    CHECK_EQUAL(size, text.size());
    int sector = 0, read_only = -1;
    CHECK_EQUAL(ioctl(device, kGetSectorSize, &sector), 0);
    CHECK_EQUAL(sector, 512);
    CHECK_EQUAL(ioctl(device, kGetReadOnly, &read_only), 0);
    CHECK_EQUAL(read_only, 0);
    char buffer[700];
    CHECK_EQUAL(pread(device, buffer, sizeof buffer, 500), sizeof buffer);
    CHECK(memcmp(buffer, text.data() + 500, sizeof buffer) == 0);
    CHECK_EQUAL(lseek(device, 0, SEEK_END), text.size());
    CHECK_EQUAL(read(device, buffer, 1), 0);
    CHECK_EQUAL(pwrite(device, "changed", 7, 512), 7);
    CHECK_EQUAL(fsync(device), 0);
    CHECK(read_file("image").substr(512, 7) == "changed");
    LoopInfo info = {};
    CHECK_EQUAL(ioctl(device, kGetStatus, &info), 0);
    struct stat status = status_of("image");
    CHECK(info.inode == status.st_ino && info.offset == 0);
    info.offset = 1024;
    info.size_limit = 2048;
    CHECK_EQUAL(ioctl(device, kSetStatus, &info), 0);
    CHECK_EQUAL(ioctl(device, kGetSize64, &size), 0);
    CHECK_EQUAL(size, 2048);
    CHECK_EQUAL(pread(device, buffer, 8, 0), 8);
    CHECK(memcmp(buffer, "cccccccc", 8) == 0);
    // What losetup lists: there while the device has a file.
    std::string folder = "/sys/block/loop" + std::to_string(info.number) + "/loop";
    bool has_sysfs = access("/sys/block", F_OK) == 0;
    if (has_sysfs) {
        CHECK(read_file((folder + "/backing_file").c_str()).ends_with("/image\n"));
        CHECK(read_file((folder + "/offset").c_str()) == "1024\n");
        CHECK(read_file((folder + "/sizelimit").c_str()) == "2048\n");
    }
    CHECK_EQUAL(ioctl(device, kClearFd), 0);
    close(device);
    if (has_sysfs) CHECK_ERROR(access(folder.c_str(), F_OK), ENOENT);
}
