// The formats that bytes at fixed places give away.
#include "system/file_type.h"

#include <span>
#include <stdio.h>
#include <time.h>

namespace coreutils::file {
namespace {

using namespace std::string_view_literals;

// In a description, {>4@16} stands for the big-endian (<: little-endian) number of 4 bytes at 16, {x>4@16}
// for the same in hexadecimal, {s8@16} for a string of up to 8 bytes.
struct Magic {
    unsigned offset;
    std::string_view bytes;
    const char* description;
    const char* mime = "application/octet-stream";
    unsigned second_offset = 0; // both must be there
    std::string_view second = {};
};

constexpr Magic kMagics[] = {
    // Compressed files and archives
    {0,
     "\xfd"
     "7zXZ\0\0\0"sv,
     "XZ compressed data, checksum NONE", "application/x-xz"},
    {0,
     "\xfd"
     "7zXZ\0\0\1"sv,
     "XZ compressed data, checksum CRC32", "application/x-xz"},
    {0,
     "\xfd"
     "7zXZ\0\0\4"sv,
     "XZ compressed data, checksum CRC64", "application/x-xz"},
    {0,
     "\xfd"
     "7zXZ\0\0\x0a"sv,
     "XZ compressed data, checksum SHA-256", "application/x-xz"},
    {0, "\x28\xb5\x2f\xfd"sv, "Zstandard compressed data (v0.8+), Dictionary ID: None", "application/zstd"},
    {0, "BZh"sv, "bzip2 compressed data, block size = {s1@3}00k", "application/x-bzip2"},
    {0, "\x1f\x9d"sv, "compress'd data", "application/x-compress"},
    {0, "\x04\x22\x4d\x18"sv, "LZ4 compressed data (v1.4+)", "application/x-lz4"},
    {0, "LZIP"sv, "lzip compressed data, version: {<1@4}", "application/x-lzip"},
    {0, "\x89LZO\0\r\n\x1a\n"sv, "lzop compressed data"},
    {0, "\x5d\0\0"sv, "LZMA compressed data, streamed", "application/x-lzma", 5,
     "\xff\xff\xff\xff\xff\xff\xff\xff"sv},
    {0, "PK\5\6"sv, "Zip archive data (empty)", "application/zip"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "7-zip archive data, version {<1@6}.{<1@7}", "application/x-7z-compressed"},
    {0, "Rar!\x1a\7\1\0"sv, "RAR archive data, v5", "application/x-rar"},
    {0, "Rar!\x1a\7\0"sv, "RAR archive data", "application/x-rar"},
    {0, "070701"sv, "ASCII cpio archive (SVR4 with no CRC)", "application/x-cpio"},
    {0, "070702"sv, "ASCII cpio archive (SVR4 with CRC)", "application/x-cpio"},
    {0, "070707"sv, "ASCII cpio archive (pre-SVR4 or odc)", "application/x-cpio"},
    {0, "\xc7\x71"sv, "cpio archive", "application/x-cpio"},
    {0, "\x71\xc7"sv, "byte-swapped cpio archive", "application/x-cpio"},
    {0, "!<arch>\ndebian-binary"sv, "Debian binary package", "application/vnd.debian.binary-package"},
    {0, "!<arch>"sv, "current ar archive", "application/x-archive"},
    {0, "!<thin>"sv, "thin archive", "application/x-archive"},
    {0, "\xed\xab\xee\xdb"sv, "RPM v{>1@4}.{>1@5}", "application/x-rpm"},
    {0, "\xce\xfa\xed\xfe"sv, "Mach-O executable", "application/x-mach-binary"},
    {0, "\xcf\xfa\xed\xfe"sv, "Mach-O 64-bit executable", "application/x-mach-binary"},
    // Images
    {0, "GIF8"sv, "GIF image data, version {s3@3}, {<2@6} x {<2@8}", "image/gif"},
    {0, "RIFF"sv, "RIFF (little-endian) data, Web/P image", "image/webp", 8, "WEBP"sv},
    {0, "II*\0"sv, "TIFF image data, little-endian", "image/tiff"},
    {0, "MM\0*"sv, "TIFF image data, big-endian", "image/tiff"},
    {0, "\0\0\1\0"sv, "MS Windows icon resource - {<2@4} icons", "image/vnd.microsoft.icon", 9, "\0"sv},
    {0, "\x76\x2f\x31\x01"sv, "OpenEXR image data, version {<1@4}", "image/x-exr"},
    {0, "gimp xcf "sv, "GIMP XCF image data", "image/x-xcf"},
    {0, "8BPS"sv, "Adobe Photoshop Image", "image/vnd.adobe.photoshop"},
    {4, "ftypavif"sv, "ISO Media, AVIF Image", "image/avif"},
    {4, "ftypheic"sv, "ISO Media, HEIF Image HEVC Main or Main Still Picture Profile", "image/heic"},
    // Sound and film
    {0, "RIFF"sv, "RIFF (little-endian) data, AVI", "video/x-msvideo", 8, "AVI "sv},
    {0, "FORM"sv, "IFF data, AIFF audio", "audio/x-aiff", 8, "AIFF"sv},
    {0, "OggS"sv, "Ogg data, Vorbis audio", "audio/ogg", 29, "vorbis"sv},
    {0, "OggS"sv, "Ogg data, Opus audio", "audio/ogg", 28, "OpusHead"sv},
    {0, "OggS"sv, "Ogg data", "application/ogg"},
    {0, "fLaC"sv, "FLAC audio bitstream data", "audio/flac"},
    {0, "ID3"sv, "Audio file with ID3 version 2.{<1@3}.{<1@4}", "audio/mpeg"},
    {0, "\xff\xfb"sv, "MPEG ADTS, layer III, v1", "audio/mpeg"},
    {0, "\xff\xf3"sv, "MPEG ADTS, layer III, v2", "audio/mpeg"},
    {0, "\xff\xf1"sv, "MPEG ADTS, AAC, v4 LC", "audio/x-hx-aac-adts"},
    {0, "MThd"sv, "Standard MIDI data (format {>2@8}) using {>2@10} tracks at 1/{>2@12}", "audio/midi"},
    {0, ".snd"sv, "Sun/NeXT audio data", "audio/basic"},
    {0, "\x1a\x45\xdf\xa3"sv, "WebM", "video/webm", 24, "webm"sv},
    {0, "\x1a\x45\xdf\xa3"sv, "WebM", "video/webm", 31, "webm"sv},
    {0, "\x1a\x45\xdf\xa3"sv, "Matroska data", "video/x-matroska"},
    {4, "ftypqt  "sv, "ISO Media, Apple QuickTime movie, Apple QuickTime (.MOV/QT)", "video/quicktime"},
    {4, "ftypM4A "sv, "ISO Media, Apple iTunes ALAC/AAC-LC (.M4A) Audio", "audio/x-m4a"},
    {4, "ftypisom"sv, "ISO Media, MP4 Base Media v1 [ISO 14496-12:2003]", "video/mp4"},
    {4, "ftypmp42"sv, "ISO Media, MP4 v2 [ISO 14496-14]", "video/mp4"},
    {4, "ftyp"sv, "ISO Media", "video/mp4"},
    {0, "\0\0\1\xba"sv, "MPEG sequence, v2, program multiplex", "video/mpeg"},
    // Documents and fonts
    {0, "%PDF-"sv, "PDF document, version {s3@5}", "application/pdf"},
    {0, "%!PS-Adobe-"sv, "PostScript document text conforming DSC level {s3@11}", "application/postscript"},
    {0, "%!"sv, "PostScript document text", "application/postscript"},
    {0, "{\\rtf"sv, "Rich Text Format data, version {s1@5}, ANSI", "text/rtf", 6, "\\ansi"sv},
    {0, "{\\rtf"sv, "Rich Text Format data, version {s1@5}", "text/rtf"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "OLE 2 Compound Document", "application/x-ole-storage"},
    {0, "\0\1\0\0\0"sv, "TrueType Font data", "font/sfnt", 12, ""sv},
    {0, "OTTO\0"sv, "OpenType font data", "application/vnd.ms-opentype"},
    {0, "wOFF\0\1\0\0"sv, "Web Open Font Format, TrueType", "font/woff"},
    {0, "wOF2\0\1\0\0"sv, "Web Open Font Format (Version 2), TrueType", "font/woff2"},
    {0, "\x72\xb5\x4a\x86"sv, "Linux/i386 PC Screen Font v2 data, {<4@16} characters, {<4@28}x{<4@24}"},
    // Programs and what belongs to them
    {0, "\xca\xfe\xba\xbe\0\0\0"sv, "compiled Java class data, version {>2@6}.{>2@4}",
     "application/x-java-applet"},
    {0, "\0asm"sv, "WebAssembly (wasm) binary module version 0x{x<4@4} (MVP)", "application/wasm"},
    {0, "BC\xc0\xde"sv, "LLVM IR bitcode"},
    {0, "\xde\x12\x04\x95"sv, "GNU message catalog (little endian), revision {<2@6}.{<2@4}, {<4@8} messages",
     "application/x-gettext-translation"},
    {0, "PACK"sv, "Git pack, version {>4@4}, {>4@8} objects", "application/x-git", 4, "\0\0\0"sv},
    {0, "DIRC"sv, "Git index, version {>4@4}, {>4@8} entries", "application/octet-stream", 4, "\0\0\0"sv},
    {0, "TZif"sv, "timezone data", "application/tzif"},
    {0, "SQLite format 3\0"sv,
     "SQLite 3.x database, last written using SQLite version {>4@96}, file counter {>4@24}, database pages "
     "{>4@28}, "
     "cookie 0x{x>4@40}, schema {>4@44}, UTF-8, version-valid-for {>4@92}",
     "application/vnd.sqlite3", 56, "\0\0\0\1"sv},
    {0, "SQLite format 3\0"sv, "SQLite 3.x database", "application/vnd.sqlite3"},
    {0, "\xd4\xc3\xb2\xa1"sv, "pcap capture file, microsecond ts (little-endian) - version {<2@4}.{<2@6}",
     "application/vnd.tcpdump.pcap"},
    {0, "\x0a\x0d\x0d\x0a"sv, "pcapng capture file", "application/octet-stream"},
    {0, "d8:announce"sv, "BitTorrent file", "application/x-bittorrent"},
    {514, "HdrS"sv, "Linux kernel x86 boot executable bzImage", "application/octet-stream"},
    // File systems and disks
    {0, "hsqs"sv, "Squashfs filesystem, little endian, version {<2@28}.{<2@30}"},
    {0, "XFSB"sv, "SGI XFS filesystem data (blksz {>4@4}, inosz {>2@104}, v2 dirs)"},
    {65600, "_BHRfS_M"sv, "BTRFS Filesystem"},
    {1024, "\x10\x20\xf5\xf2"sv, "F2FS filesystem"},
    {3, "NTFS    "sv, "DOS/MBR boot sector, code offset 0x{x<1@1}+2, OEM-ID \"NTFS    \", NTFS"},
    {3, "EXFAT   "sv, "DOS/MBR boot sector, code offset 0x{x<1@1}+2, OEM-ID \"EXFAT   \", exFAT"},
    {54, "FAT12   "sv,
     "DOS/MBR boot sector, code offset 0x{x<1@1}+2, OEM-ID \"{s8@3}\", label: \"{s11@43}\", FAT (12 bit)",
     "application/octet-stream", 510, "\x55\xaa"sv},
    {54, "FAT16   "sv,
     "DOS/MBR boot sector, code offset 0x{x<1@1}+2, OEM-ID \"{s8@3}\", label: \"{s11@43}\", FAT (16 bit)",
     "application/octet-stream", 510, "\x55\xaa"sv},
    {82, "FAT32   "sv,
     "DOS/MBR boot sector, code offset 0x{x<1@1}+2, OEM-ID \"{s8@3}\", label: \"{s11@71}\", FAT (32 bit)",
     "application/octet-stream", 510, "\x55\xaa"sv},
    {4086, "SWAPSPACE2"sv, "Linux swap file, 4k page size"},
    {0, "LUKS\xba\xbe"sv, "LUKS encrypted file, ver {>2@6}", "application/x-raw-disk-image"},
    {0, "QFI\xfb"sv, "QEMU QCOW Image (v{>4@4})", "application/x-qemu-disk"},
    {0, "KDMV"sv, "VMware4 disk image", "application/x-vmdk"},
    {0x40, "\x7f\x10\xda\xbe"sv, "VirtualBox Disk Image", "application/x-virtualbox-vdi"},
    // Keys
    {0, "-----BEGIN CERTIFICATE-----"sv, "PEM certificate", "text/plain"},
    {0, "-----BEGIN CERTIFICATE REQ"sv, "PEM certificate request", "text/plain"},
    {0, "-----BEGIN RSA PRIVATE"sv, "PEM RSA private key", "text/plain"},
    {0, "-----BEGIN DSA PRIVATE"sv, "PEM DSA private key", "text/plain"},
    {0, "-----BEGIN EC PRIVATE"sv, "PEM EC private key", "text/plain"},
    {0, "-----BEGIN OPENSSH PRIVATE KEY"sv, "OpenSSH private key", "text/plain"},
    {0, "-----BEGIN PGP PUBLIC KEY BLOCK-"sv, "PGP public key block", "application/pgp-keys"},
    {0, "-----BEGIN PGP PRIVATE KEY BLOCK-"sv, "PGP private key block", "application/pgp-keys"},
    {0, "-----BEGIN PGP MESSAGE-"sv, "PGP message", "application/pgp"},
    {0, "-----BEGIN PGP SIGNATURE-"sv, "PGP signature", "application/pgp-signature"},
    {0, "ssh-rsa "sv, "OpenSSH RSA public key", "text/plain"},
    {0, "ssh-ed25519 "sv, "OpenSSH ED25519 public key", "text/plain"},
    {0, "ecdsa-sha2-nistp"sv, "OpenSSH ECDSA public key", "text/plain"},
    {510, "\x55\xaa"sv, "DOS/MBR boot sector"},
};

// Fills in one {...} of a description, without its braces.
std::string expand_one(const Contents& contents, std::string_view field) {
    auto offset_of = [&](size_t at) {
        uint64_t offset = 0;
        for (char digit : field.substr(at)) offset = offset * 10 + static_cast<unsigned>(digit - '0');
        return offset;
    };
    size_t at = field.find('@');
    if (field[0] == 's') {
        size_t limit = 0;
        for (char digit : field.substr(1, at - 1)) limit = limit * 10 + static_cast<unsigned>(digit - '0');
        return contents.text(offset_of(at + 1), limit);
    }
    bool hexadecimal = field[0] == 'x';
    if (hexadecimal) field.remove_prefix(1), --at;
    uint64_t value =
        contents.number(offset_of(at + 1), static_cast<unsigned>(field[1] - '0'), field[0] == '>');
    char text[24];
    snprintf(text, sizeof text, hexadecimal ? "%lx" : "%lu", value);
    return text;
}

std::string expand(const Contents& contents, std::string_view description) {
    std::string text;
    for (;;) {
        size_t open = description.find('{'), close = description.find('}');
        text += description.substr(0, open);
        if (open == std::string_view::npos) return text;
        text += expand_one(contents, description.substr(open + 1, close - open - 1));
        description.remove_prefix(close + 1);
    }
}

Type gzip_type(const Contents& contents) {
    std::string text = "gzip compressed data";
    uint64_t flags = contents.little(3, 1), time = contents.little(4, 4), effort = contents.little(8, 1),
             system = contents.little(9, 1);
    if (flags & 1) text += ", ASCII";
    if (flags & 2) text += ", has CRC";
    if (flags & 8)
        text += ", was \"" + contents.text(flags & 4 ? 12 + contents.little(10, 2) : 10, 1024) + "\"";
    if (time != 0) {
        auto seconds = static_cast<time_t>(time);
        struct tm parts;
        char shown[64];
        strftime(shown, sizeof shown, "%a %b %e %H:%M:%S %Y", gmtime_r(&seconds, &parts));
        text += std::string(", last modified: ") + shown;
    }
    if (effort & 2) text += ", max compression";
    if (effort & 4) text += ", max speed";
    if (system == 0) text += ", from FAT filesystem (MS-DOS, OS/2, NT)";
    if (system == 3) text += ", from Unix";
    if (system == 10) text += ", from NTFS filesystem (NT)";
    if (auto size = contents.size(); size && *size >= 18)
        text += ", original size modulo 2^32 " + std::to_string(contents.little(*size - 4, 4));
    return {text, "application/gzip"};
}

Type zip_type(const Contents& contents) {
    uint64_t version = contents.little(4, 2), method = contents.little(8, 2);
    std::string text = "Zip archive data, at least v" + std::to_string(version / 10) + "." +
                       std::to_string(version % 10) + " to extract";
    text += method == 0 ? ", compression method=store" : method == 8 ? ", compression method=deflate" : "";
    return {text, "application/zip"};
}

Type png_type(const Contents& contents) {
    static constexpr const char* kColors[] = {" grayscale",  "", "/color RGB", " colormap",
                                              " gray+alpha", "", "/color RGBA"};
    uint64_t color = contents.big(25, 1);
    std::string text = expand(contents, "PNG image data, {>4@16} x {>4@20}, {>1@24}-bit");
    if (color < std::size(kColors)) text += kColors[color];
    return {text + (contents.big(28, 1) ? ", interlaced" : ", non-interlaced"), "image/png"};
}

// The segments up to the one with the size of the picture.
Type jpeg_type(const Contents& contents) {
    std::string text = "JPEG image data";
    if (contents.has(6, "JFIF"sv)) {
        static constexpr const char* kUnits[] = {", aspect ratio", ", resolution (DPI)",
                                                 ", resolution (DPCM)"};
        uint64_t unit = contents.big(13, 1);
        text += ", JFIF standard " + std::to_string(contents.big(11, 1)) + "." +
                (contents.big(12, 1) < 10 ? "0" : "") + std::to_string(contents.big(12, 1)) +
                (unit < 3 ? kUnits[unit] : "") +
                expand(contents, ", density {>2@14}x{>2@16}, segment length {>2@4}");
    } else if (contents.has(6, "Exif"sv)) {
        text += ", Exif standard";
    }
    uint64_t at = 2;
    for (int count = 0; count < 64; ++count) {
        uint64_t marker = contents.big(at, 2);
        if (marker >> 8 != 0xff) break;
        if (marker == 0xffc0 || marker == 0xffc1 || marker == 0xffc2) {
            text += marker == 0xffc0   ? ", baseline"
                    : marker == 0xffc1 ? ", extended sequential"
                                       : ", progressive";
            text += ", precision " + std::to_string(contents.big(at + 4, 1)) + ", " +
                    std::to_string(contents.big(at + 7, 2)) + "x" + std::to_string(contents.big(at + 5, 2)) +
                    ", components " + std::to_string(contents.big(at + 9, 1));
            break;
        }
        at += 2 + contents.big(at + 2, 2);
    }
    return {text, "image/jpeg"};
}

Type bitmap_type(const Contents& contents) {
    std::string text = expand(contents, "PC bitmap, Windows 3.x format, {<4@18} x {<4@22} x {<2@28}");
    if (contents.little(34, 4)) text += ", image size " + std::to_string(contents.little(34, 4));
    if (contents.little(2, 4)) text += ", cbSize " + std::to_string(contents.little(2, 4));
    return {text + ", bits offset " + std::to_string(contents.little(10, 4)), "image/bmp"};
}

Type wave_type(const Contents& contents) {
    uint64_t format = contents.little(20, 2), channels = contents.little(22, 2);
    std::string text = "RIFF (little-endian) data, WAVE audio";
    if (format == 1) text += ", Microsoft PCM, " + std::to_string(contents.little(34, 2)) + " bit";
    text += channels == 1   ? ", mono"
            : channels == 2 ? ", stereo"
                            : ", " + std::to_string(channels) + " channels";
    return {text + " " + std::to_string(contents.little(24, 4)) + " Hz", "audio/x-wav"};
}

// "P6 WIDTH HEIGHT", with any white space between.
std::optional<Type> netpbm_type(const Contents& contents) {
    static constexpr const char *kKinds[] = {"bitmap", "greymap", "pixmap"},
                                *kMimes[] = {"image/x-portable-bitmap", "image/x-portable-greymap",
                                             "image/x-portable-pixmap"};
    std::string head(contents.head().substr(0, 128));
    unsigned width, height;
    if (head.size() < 3 || head[0] != 'P' || head[1] < '1' || head[1] > '6' ||
        sscanf(head.c_str() + 2, " %u %u", &width, &height) != 2)
        return {};
    auto form = static_cast<unsigned>(head[1] - '1');
    std::string text = "Netpbm image data, size = " + std::to_string(width) + " x " + std::to_string(height);
    text +=
        std::string(form >= 3 ? ", rawbits, " : ", ") + kKinds[form % 3] + (form >= 3 ? "" : ", ASCII text");
    return Type{text, kMimes[form % 3]};
}

Type ext_type(const Contents& contents) {
    uint64_t compatible = contents.little(0x45c, 4), needed = contents.little(0x460, 4),
             to_write = contents.little(0x464, 4);
    bool is_ext4 = needed & 0x2c0 || to_write & 0x8;
    std::string text = "Linux rev " + std::to_string(contents.little(0x44c, 4)) + "." +
                       std::to_string(contents.little(0x43e, 2)) +
                       (is_ext4          ? " ext4"
                        : compatible & 4 ? " ext3"
                                         : " ext2") +
                       " filesystem data";
    if (needed & 4) text += " (needs journal recovery)";
    text += ", UUID=";
    for (unsigned index = 0; index < 16; ++index) {
        char digits[4];
        snprintf(digits, sizeof digits,
                 index == 4 || index == 6 || index == 8 || index == 10 ? "-%02lx" : "%02lx",
                 contents.little(0x468 + index, 1));
        text += digits;
    }
    if (std::string label = contents.text(0x478, 16); !label.empty())
        text += ", volume name \"" + label + "\"";
    if (needed & 0x40) text += " (extents)";
    if (needed & 0x80) text += " (64bit)";
    if (to_write & 2) text += " (large files)";
    if (to_write & 8) text += " (huge files)";
    return {text, "application/octet-stream"};
}

Type iso_type(const Contents& contents) {
    std::string text = "ISO 9660 CD-ROM filesystem data";
    if (contents.has(510, "\x55\xaa"sv)) text += " (DOS/MBR boot sector)";
    std::string label = contents.text(32808, 32);
    while (label.ends_with(' ')) label.pop_back();
    text += " '" + label + "'";
    if (contents.has(34823, "EL TORITO"sv)) text += " (bootable)";
    return {text, "application/x-iso9660-image"};
}

// The checksum of a tar header counts its own field as spaces.
std::optional<Type> tar_type(const Contents& contents) {
    std::string_view head = contents.head();
    if (head.size() < 512 || head[0] == '\0') return {};
    uint64_t sum = 0, written = 0;
    for (size_t index = 0; index < 512; ++index)
        sum += index >= 148 && index < 156 ? ' ' : static_cast<unsigned char>(head[index]);
    for (char byte : head.substr(148, 8))
        if (byte >= '0' && byte <= '7') written = written * 8 + static_cast<unsigned>(byte - '0');
    if (sum != written) return {};
    const char* text = contents.has(257, "ustar  \0"sv) ? "POSIX tar archive (GNU)"
                       : contents.has(257, "ustar"sv)    ? "POSIX tar archive"
                                                         : "tar archive";
    return Type{text, "application/x-tar"};
}

} // namespace

std::optional<Type> identify_by_magic(const Contents& contents) {
    if (contents.has(0, "\x1f\x8b"sv)) return gzip_type(contents);
    if (contents.has(0, "PK\3\4"sv)) return zip_type(contents);
    if (contents.has(0, "\x89PNG\r\n\x1a\n"sv)) return png_type(contents);
    if (contents.has(0, "\xff\xd8\xff"sv)) return jpeg_type(contents);
    if (contents.has(0, "BM"sv) && contents.has(14, "\x28\0\0\0"sv)) return bitmap_type(contents);
    if (contents.has(0, "RIFF"sv) && contents.has(8, "WAVE"sv)) return wave_type(contents);
    if (contents.has(0x438, "\x53\xef"sv)) return ext_type(contents);
    if (contents.has(32769, "CD001"sv)) return iso_type(contents);
    if (auto type = tar_type(contents)) return type;
    if (auto type = netpbm_type(contents)) return type;
    for (const Magic& magic : kMagics)
        if (contents.has(magic.offset, magic.bytes) && contents.has(magic.second_offset, magic.second))
            return Type{expand(contents, magic.description), magic.mime};
    return {};
}

} // namespace coreutils::file
