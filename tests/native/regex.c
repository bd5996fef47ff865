// Regular expressions: a table, then random ones. Where groups lie is printed for the table alone: of random ones
// glibc takes the first alternative that leads anywhere, where POSIX has each part from the left take as much as
// it can. `posix` checks such against what POSIX says.
#define _GNU_SOURCE
#include <locale.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned most) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 20) % most;
}

static void try(const char *pattern, const char *text, int flags, int how, int groups) {
    regex_t regex;
    regmatch_t at[10];
    int error = regcomp(&regex, pattern, flags);
    printf("/%s/%d ", pattern, flags);
    if (error) {
        char why[100];
        size_t n = regerror(error, &regex, why, sizeof why);
        printf("%d %s %zu\n", error, why, n);
        return;
    }
    printf("%zu '%s' ", regex.re_nsub, text);
    int result = regexec(&regex, text, 10, at, how);
    printf("%d", result);
    if (!result && !(flags & REG_NOSUB))
        for (int i = 0; i < (groups ? 10 : 1); i++)
            if (i == 0 || at[i].rm_so >= 0) printf(" %d:%d,%d", i, at[i].rm_so, at[i].rm_eo);
    puts("");
    regfree(&regex);
}

static const char *table[][2] = {
    {"abc", "xabcy"}, {"a*", "aaa"}, {"a*", "baa"}, {"a+b", "caab"}, 
    {"(a*)(ab)*(b*)", "abb"}, {"x*", "axb"}, {"(ab|a)(b?)", "ab"},
    {"[[:alpha:]_][[:alnum:]_]*", "12 x9_y+"}, {"[^[:space:]]+", "  ab c"}, {"[]a]+", "x]a]"}, {"[^]a]+", "]xa"},
    {"[a-c-]+", "x-ab"}, {"[--/]+", "a./-"}, {"[a-c-e]", "a"}, {"[z-a]", ""}, {"[[:foo:]]", ""}, {"[[.-.]a]+", "a-b"},
    {"[[=a=]b]+", "cab"}, {"[[.foo.]]", ""}, {"[a", ""}, {"[[:alpha:", ""}, {"[", ""}, {"[]", ""}, {"[^]", ""},
    {"a{2}", "aaa"}, {"a{2,}", "aaaa"}, {"a{,2}", "aaa"}, {"a{1,3}b", "aaaab"}, {"a{3,1}", ""}, {"a{", ""}, {"a{x", ""}, {"a{x}", ""},
    {"a{1", ""}, {"a{1,x}", ""}, {"a{1,2", ""}, {"a{32768}", ""}, {"a{}", ""}, {"a{0}b", "ab"}, {"(a){0}b\\1", "ab"}, {"(ab){2}", "ababab"}, {"a{,}", "aa"},
    {"(", ""}, {")", "a)"}, {"a)", "a)"}, {"()", "a"}, {"a()b", "ab"}, {"a||b", "b"}, {"|a", "a"}, {"a|", "b"}, {"(|a)+", "aa"},
    {"*a", ""}, {"+a", ""}, {"a**", "aa"}, {"a+*?", "aa"}, {"(*a)", ""}, {"a|*b", ""}, {"^*", ""}, {"{1}", ""}, {"a}", "a}"}, {"$*a", ""},
    {"^a", "ba"}, {"a^b", "a^b"}, {"a$b", "a$b"}, {"a$", "ba"}, {"^$", ""}, {"(^a)", "a"}, {"(a$)", "ba"}, {"x|^a", "ba"}, {"\\^a\\$", "^a$"},
    {"\\", ""}, {"a\\", ""}, {"\\.", "a."}, {"\\(a\\)", "a"}, {"\\{", "{"}, {"\\(a\\)\\1", "aa"}, {"\\(a*\\)b\\1", "aabaa"},
    {"(a*)b\\1", "aabaa"}, {"(a)(b)\\2\\1", "abba"}, {"\\1", ""}, {"(a\\1)", ""}, {"(a)\\2", ""}, {"(.)(.)\\2\\1", "xabbay"}, {"(a|b)*\\1", "abb"},
    {"\\<a", "ba a"}, {"a\\>", "ab a"}, {"\\ba\\b", "ba a"}, {"\\Ba", "a ba"}, {"\\w+", " a_1-"}, {"\\W+", "a -b"}, {"\\s\\S", "a b"}, {"\\`a", "aa"}, {"a\\'", "aa"},
    {"a\\|b", "b"}, {"a\\+", "aa"}, {"a\\?b", "ab"}, {"\\+a", "+a"}, {"a\\{2\\}", "aaa"}, {"a\\{2", ""}, {"\\{2\\}", ""}, {"a*\\{2\\}", ""}, {"\\(*a\\)", "*a"}, {"\\(^a\\)", "a"},
    {"\\(a\\|b\\)*c", "abc"}, {"*a", "*a"}, {"^*a", "*a"}, {"\\)", ""}, {"\\(", ""}, {"a**", ""}, {"\\(a\\)*", "aa"}, {"\\}", "}"},
    {"(([a-z]+)://)?([^/:]+)(:([0-9]+))?(/.*)?", "http://host.example:80/path/x"}, {"([0-9]+)-([0-9]+)", "tel 12-345"},
    {"^([^=]+)=(.*)$", "key=value=x"}, {"(foo|foobar)(bar)?", "foobarbar"}, {"(a+|b+)*c", "aabbc"}, {"((a|b)c)*d", "acbcd"},
    {"(wee|week)(knights|night)", "weeknights"}, {"(a|b|c|d|e)f", "ef"}, {"((((a))))", "a"}, {"a.c", "a\nc"}, {"a.*c", "ab\nxc"}, {"a[^x]c", "a\nc"}, {"^b", "a\nb"}, {"a$", "a\nb"},
    {"ABC", "abc"}, {"[A-C]+", "abC"}, {"[^a]", "A"}, {"[[:upper:]]+", "aB"}, {"[[:lower:]]+", "Ab"},
};

static void words(void) {
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
        for (int flags = 0; flags < 16; flags++) try(table[i][0], table[i][1], flags, i % 3 ? 0 : REG_NOTBOL, 1);
    regex_t regex;
    regmatch_t at[3] = {{2, 5}};
    regcomp(&regex, "^(b+)$", REG_EXTENDED);
    printf("%d %d %d\n", regexec(&regex, "aabbbcc", 3, at, REG_STARTEND), at[0].rm_so, at[1].rm_eo);
    at[0] = (regmatch_t){0, 0};
    printf("%d\n", regexec(&regex, "b", 3, at, REG_STARTEND));
    printf("%d\n", regexec(&regex, "bb", 0, 0, REG_NOTEOL));
    regfree(&regex);
    for (int i = -1; i < 19; i++) {
        char why[12] = "";
        size_t n = i < 0 ? 0 : i > 16 ? 0 : regerror(i, 0, why, sizeof why);
        printf("%zu %s\n", n, why);
    }
    setlocale(LC_ALL, "C.UTF-8");
    static const char *wide[][2] = {{"é+", "aéé"}, {".", "é"}, {"[^a]", "é"}, {"É", "é"}, {"\\w+", " éa "}, {"[[:alpha:]]+", "1é"}, {"(.)\\1", "aéé"}, {"\\é", "é"}, {"a.b", "a\xffz"}};
    for (unsigned i = 0; i < sizeof wide / sizeof *wide; i++)
        for (int flags = 0; flags < 4; flags++) try(wide[i][0], wide[i][1], flags, 0, 1);
    setlocale(LC_ALL, "C");
}

static char pattern[400];

// Nothing is asserted within groups, whose copies glibc confuses then, and `$` comes last: glibc lets `$.{2}` match.
static void piece(int extended, int depth) {
    static const char *atoms[] = {"a", "b", "c", ".", "[ab]", "[^a]", "[[:alpha:]]", "a", "b", "^", "\\>", "\\<", "\\b"};
    unsigned kind = below(12);
    if (kind < 3 && depth < 2) {
        strcat(pattern, extended ? "(" : "\\(");
        // No empty ones: glibc takes ages for some of them within repetitions.
        unsigned parts = 1 + below(2);
        for (unsigned i = 0; i < parts; i++) {
            if (i) strcat(pattern, extended ? "|" : "\\|");
            unsigned n = 1 + below(3);
            for (unsigned j = 0; j < n; j++) piece(extended, depth + 1);
        }
        strcat(pattern, extended ? ")" : "\\)");
    } else
        strcat(pattern, atoms[below(kind == 11 && depth == 0 ? 13 : 9)]);
    // Few times: glibc takes ages for some within others.
    static const char *often[] = {"*", "+", "?", "{2}", "{1,2}", "{,2}", "{2,}", "{0,1}"};
    static const char *basic[] = {"*", "\\+", "\\?", "\\{2\\}", "\\{1,2\\}", "\\{,2\\}", "\\{2,\\}", "\\{0,1\\}"};
    if (below(3) == 0) strcat(pattern, extended ? often[below(depth ? 3 : 8)] : basic[below(depth ? 3 : 8)]);
}

static void at_random(int rounds) {
    for (int round = 0; round < rounds; round++) {
        pattern[0] = 0;
        int extended = below(2);
        unsigned n = 1 + below(5);
        for (unsigned i = 0; i < n; i++) {
            if (i && below(8) == 0) strcat(pattern, extended ? "|" : "\\|");
            piece(extended, 0);
        }
        if (below(8) == 0) strcat(pattern, "$");
        for (int i = 0; i < 4; i++) {
            char text[16];
            unsigned len = below(12);
            // Where lines do not count, glibc takes some ends of them for the text's.
            int lines = below(6) ? 0 : REG_NEWLINE;
            for (unsigned j = 0; j < len; j++) text[j] = "aaabbc AB\n"[below(lines ? 10 : 9)];
            text[len] = 0;
            try(pattern, text, (extended ? REG_EXTENDED : 0) | (below(6) ? 0 : REG_ICASE) | lines, below(8) ? 0 : REG_NOTEOL, 0);
        }
    }
}

static void by_posix(void) {
    static const struct {
        const char *pattern, *text;
        int groups[8];
    } known[] = {
        {"(a|ab)(c|bcd)(d*)", "abcd", {0, 2, 2, 3, 3, 4}},
        {"(a|ab)(bcd|c)(d*)", "abcd", {0, 2, 2, 3, 3, 4}},
        {"(ab|a)(bcd|c)?(d*)", "abcd", {0, 2, 2, 3, 3, 4}},
        {"(b[ab]?|aa)+.*", "Abbac", {2, 4}},
        {"(c*|b+)+[[:alpha:]](a?[ab]*|[ab]bb)", "baabbaab", {0, 1, 2, 8}},
        {"(a*a.|a?[[:alpha:]]*c)+(a*[[:alpha:]][^a]|a*)?b*", "acaabcAA", {0, 6, 6, 8}},
        {"(a*)*", "b", {0, 0}},
        {"(a*)+", "aa", {0, 2}},
        {"(a|b)*", "ab", {1, 2}},
    };
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        regex_t regex;
        regmatch_t at[5];
        if (regcomp(&regex, known[i].pattern, REG_EXTENDED) || regexec(&regex, known[i].text, 5, at, 0)) printf("%s\n", known[i].pattern);
        for (unsigned j = 0; j < regex.re_nsub; j++)
            if (at[j + 1].rm_so != known[i].groups[2 * j] || at[j + 1].rm_eo != known[i].groups[2 * j + 1]) printf("%s: %u %d %d\n", known[i].pattern, j + 1, at[j + 1].rm_so, at[j + 1].rm_eo);
        regfree(&regex);
    }
    // No time that grows with the power of anything.
    regex_t regex;
    static char text[20001];
    memset(text, 'a', 20000);
    regcomp(&regex, "(a*)*(a|aa)*b|((a{1,9}){1,9}){1,9}c", REG_EXTENDED | REG_NOSUB);
    printf("%d\n", regexec(&regex, text, 0, 0, 0));
    regfree(&regex);
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "posix")) {
        by_posix();
        return 0;
    }
    words();
    at_random(argc > 1 ? atoi(argv[1]) : 1000);
    return 0;
}
