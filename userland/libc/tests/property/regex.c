// Regular expressions: the subexpressions that POSIX demands where other libraries differ, and patterns that make
// a backtracking matcher explode, on texts long enough to notice anything worse than linear.
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void expect(const char *pattern, const char *text, const char *wanted) {
    regex_t r;
    regmatch_t m[10];
    char got[200] = "", *at = got;
    if (regcomp(&r, pattern, REG_EXTENDED) || regexec(&r, text, 10, m, 0)) {
        printf("FAILED: %s does not match %s\n", pattern, text);
        exit(1);
    }
    for (size_t i = 0; i <= r.re_nsub; i++)
        at += m[i].rm_so < 0 ? sprintf(at, "(?)") : sprintf(at, "(%d,%d)", (int)m[i].rm_so, (int)m[i].rm_eo);
    if (strcmp(got, wanted)) {
        printf("FAILED: %s on %s: %s, not %s\n", pattern, text, got, wanted);
        exit(1);
    }
    regfree(&r);
}

static void timed(const char *pattern, const char *text, int wanted) {
    regex_t r;
    regmatch_t m[3];
    clock_t start = clock();
    int error = regcomp(&r, pattern, REG_EXTENDED);
    if (error) {
        printf("FAILED: %s: error %d\n", pattern, error);
        exit(1);
    }
    int result = regexec(&r, text, 3, m, 0);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (result != wanted || seconds > 3) {
        printf("FAILED: %.40s: %d after %.1f s\n", pattern, result, seconds);
        exit(1);
    }
    regfree(&r);
}

int main(void) {
    expect("(a|ab)(c|bcd)(d*)", "abcd", "(0,4)(0,2)(2,3)(3,4)");
    expect("(foo|foobar)(bar)?", "foobar", "(0,6)(0,6)(?)");
    expect("((a)|(b))*", "ab", "(0,2)(1,2)(?)(1,2)");
    expect("(a*)(ab)*(b*)", "abb", "(0,3)(0,1)(?)(1,3)");
    expect("(a|ab)(bcd|c)(d|.*)", "abcde", "(0,5)(0,2)(2,3)(3,5)");
    expect("(x*)*", "xx", "(0,2)(0,2)");
    expect("(a{1,2}){2}", "aaa", "(0,3)(2,3)");
    expect("(.*)(b+)", "abbb", "(0,4)(0,3)(3,4)");
    expect("x(~~)*(z|a)", "x~~~~za", "(0,6)(3,5)(5,6)");

    size_t size = 200000;
    char *text = malloc(size + 1);
    memset(text, 'a', size);
    text[size] = 0;
    timed("(a*)*b", text, REG_NOMATCH);
    timed("(a|aa)+$", text, 0);
    timed("(a?){40}a{40}", text, 0);
    timed("((a*)*)*c", text, REG_NOMATCH);
    timed("a.*a.*a.*a.*b", text, REG_NOMATCH);
    timed("(x+x+)+y|a{500}b", text, REG_NOMATCH);
    memset(text, 'x', size);
    text[size - 1] = 'b';
    timed("x.*y|b", text, 0); // every start fails only at the end
    timed("[^b]*c|xb", text, 0);

    // With references, too, what other groups match is not tried in every way.
    text[64] = 0;
    memset(text, 'x', 64);
    timed("(.+){0,32}(y)|(z)@\\3-", text, REG_NOMATCH);
    timed("((x*)*)*y(z)\\3", text, REG_NOMATCH);

    // What several references make of it cannot be remembered; it ends with an error.
    memset(text, 'a', 64);
    timed("(a*)(a*)(a*)(a*)(a*)(a*)(a*)(a*)\\1\\2\\3\\4\\5\\6\\7\\8x", text, REG_ESPACE);

    // Nesting is bounded by an error, not by the stack.
    char *deep = malloc(400001);
    memset(deep, '(', 200000);
    memset(deep + 200000, ')', 200000);
    deep[400000] = 0;
    regex_t r;
    if (regcomp(&r, deep, REG_EXTENDED) != REG_ESPACE) {
        puts("FAILED: deep nesting");
        return 1;
    }
    if (regcomp(&r, "(((a{255}){255}){255}){255}", REG_EXTENDED) != REG_ESPACE) {
        puts("FAILED: nested counts");
        return 1;
    }
    puts("ok");
    return 0;
}
