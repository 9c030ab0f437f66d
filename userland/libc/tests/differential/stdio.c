// Streams: modes, positions, buffering, push-back, memory streams, pipes.
#include "common.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void contents(const char *path) {
    FILE *f = fopen(path, "r");
    int c;
    printf("<");
    while ((c = getc(f)) != EOF) printf(c >= 32 && c < 127 ? "%c" : "\\%o", c);
    printf("> %d %d\n", feof(f) != 0, ferror(f) != 0);
    fclose(f);
}

int main(void) {
    char path[] = "/tmp/libc-stdio-XXXXXX";
    close(mkstemp(path));
    FILE *f = fopen(path, "w");
    fprintf(f, "line one\nline two\n%05d\n", 42);
    printf("%ld %d\n", ftell(f), fileno(f) >= 0);
    fclose(f);
    contents(path);
    f = fopen(path, "r+");
    char line[100];
    printf("%s", fgets(line, 5, f));
    printf("|%s", fgets(line, 100, f));
    printf("%ld\n", ftell(f));
    ungetc('Q', f);
    printf("%c %ld\n", getc(f), ftell(f));
    fseek(f, -3, SEEK_END);
    printf("%c%c\n", getc(f), getc(f));
    fseek(f, 0, SEEK_CUR);
    fputs("XYZ", f);
    fseek(f, 5, SEEK_SET);
    fwrite("ABC", 1, 3, f);
    rewind(f);
    size_t n = fread(line, 1, sizeof line, f);
    printf("%zu %.*s %d\n", n, (int)n, line, feof(f) != 0);
    errno = 0;
    printf("%d %d\n", fseek(f, -100, SEEK_SET), errno);
    fclose(f);
    f = fopen(path, "a+");
    fputs("appended", f);
    rewind(f);
    printf("%c\n", getc(f));
    fseek(f, 0, SEEK_CUR);
    fputs("!", f);
    printf("%ld\n", ftell(f));
    fclose(f);
    contents(path);
    errno = 0;
    printf("%d %d\n", fopen(path, "wx") == 0, errno);
    errno = 0;
    printf("%d %d\n", fopen(path, "q") == 0, errno);
    f = fopen(path, "r");
    errno = 0;
    printf("%d %d %d\n", fputc('x', f), errno, ferror(f) != 0);
    clearerr(f);
    char *text = 0;
    size_t capacity = 0;
    long length;
    while ((length = getline(&text, &capacity, f)) > 0) printf("%ld:%s", length, text);
    printf("\n%ld %d\n", length, feof(f) != 0);
    free(text);
    fclose(f);
    for (int mode = 0; mode < 3; mode++) {
        static char own[64];
        f = fopen(path, "w");
        setvbuf(f, mode == 1 ? own : 0, mode == 0 ? _IOFBF : mode == 1 ? _IOLBF : _IONBF, sizeof own);
        for (int i = 0; i < 30; i++) fprintf(f, "%d,%s", i, i % 7 ? "" : "\n");
        struct stat st;
        fstat(fileno(f), &st);
        printf("%s\n", mode == 2 || st.st_size < 100 ? "ok" : "late");
        fclose(f);
        contents(path);
    }
    char *memory = 0;
    size_t size = 0;
    f = open_memstream(&memory, &size);
    fprintf(f, "hello %d", 5);
    fflush(f);
    printf("%s %zu\n", memory, size);
    fseek(f, 1, SEEK_SET);
    fputs("E", f);
    fflush(f);
    printf("%s %zu\n", memory, size);
    fseek(f, 7, SEEK_SET);
    for (int i = 0; i < 5000; i++) fputc('a' + i % 26, f);
    fclose(f);
    printf("%zu %.20s\n", size, memory);
    free(memory);
    char fixed[20] = "initial";
    f = fmemopen(fixed, sizeof fixed, "r+");
    printf("%d\n", fscanf(f, "%3s", line));
    printf("%s\n", line);
    fclose(f);
    f = fmemopen(fixed, 10, "w");
    fputs("0123456789abc", f);
    fclose(f);
    printf("%.9s\n", fixed);
    f = popen("echo from shell; exit 3", "r");
    printf("%s", fgets(line, sizeof line, f));
    printf("%d\n", pclose(f));
    f = popen("cat", "w");
    fflush(stdout);
    fputs("to cat\n", f);
    printf("%d\n", pclose(f));
    fflush(stdout);
    printf("%d %d\n", system("exit 7"), system(0) != 0);
    f = tmpfile();
    fputs("x\ny\nz", f);
    rewind(f);
    printf("%s", fgets(line, 100, f));
    f = freopen(path, "r", f);
    printf("%d\n", f != 0 && getc(f) == '0');
    fclose(f);
    remove(path);
    printf("%d\n", access(path, F_OK));
    fputs("unflushed", stdout);
    return 0;
}
