// The string functions of the library.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int sign(int x) { return (x > 0) - (x < 0); }

static void reverse(char *s) {
    for (char *e = s + strlen(s); s < --e; s++) {
        char t = *s;
        *s = *e;
        *e = t;
    }
}

static int palindrome(const char *s) {
    const char *e = s + strlen(s);
    while (s < e) {
        if (!isalpha((unsigned char)*s)) s++;
        else if (!isalpha((unsigned char)e[-1])) e--;
        else if (tolower((unsigned char)*s++) != tolower((unsigned char)*--e)) return 0;
    }
    return 1;
}

int main(void) {
    char room[100] = "start", other[100];
    strcat(room, " and middle");
    strncat(room, " and end, cut here", 8);
    printf("%s %zu\n", room, strlen(room));
    strcpy(other, room);
    reverse(other);
    puts(other);
    printf("%d %d %d %d\n", sign(strcmp("abc", "abd")), sign(strcmp("abc", "ab")), sign(strcmp("", "")), sign(strcmp("\x80", "a")));
    printf("%d %d %d\n", sign(strncmp("hello", "help", 3)), sign(strncmp("hello", "help", 4)), sign(strcasecmp("HeLLo", "hEllO")));
    printf("%s %s %d\n", strchr(room, 'm'), strrchr(room, 'a'), strchr(room, 'q') == 0);
    printf("%s %zu %zu %s\n", strstr(room, "mid"), strspn("aabbcc", "ab"), strcspn("aabbcc", "c"), strpbrk(room, "xyzd"));
    char list[] = "one,two;;three , four";
    for (char *w = strtok(list, ",; "); w; w = strtok(0, ",; ")) printf("[%s]", w);
    puts("");
    char *copy = strdup("duplicated"), *part = strndup("duplicated", 3);
    printf("%s %s\n", copy, part);
    free(copy);
    free(part);
    memset(other, '#', 12);
    other[12] = 0;
    memcpy(other + 2, "copy", 4);
    memmove(other + 4, other + 2, 6);
    puts(other);
    printf("%d %d %s\n", sign(memcmp("abcd", "abce", 3)), sign(memcmp("abcd", "abce", 4)), (char *)memchr("haystack", 's', 8));
    strncpy(other, "short", 10);
    printf("%d %d\n", other[5], other[9]);
    int counts[6] = {0};
    for (int c = 0; c < 128; c++) {
        counts[0] += !!isalpha(c);
        counts[1] += !!isdigit(c);
        counts[2] += !!isspace(c);
        counts[3] += !!ispunct(c);
        counts[4] += !!isprint(c);
        counts[5] += !!isxdigit(c) + !!iscntrl(c) + !!isupper(c) + !!islower(c) + !!isalnum(c) + !!isgraph(c) + !!isblank(c);
    }
    for (int i = 0; i < 6; i++) printf("%d ", counts[i]);
    puts("");
    for (char *p = strcpy(other, "Mixed Case 123"); *p; p++) *p = (char)(isupper((unsigned char)*p) ? tolower(*p) : toupper(*p));
    puts(other);
    printf("%d %d\n", palindrome("A man, a plan, a canal: Panama!"), palindrome("Not one"));
    printf("%d %ld %g %ld %lu\n", atoi("  -42x"), atol("123456789012"), atof("2.5e3"), strtol("0x1F", 0, 0), strtoul("777", 0, 8));
    char *end;
    long n = strtol("99 bottles", &end, 10);
    printf("%ld '%s'\n", n, end);
    printf("%s %d\n", strerror(2), (int)strnlen("long text", 4));
    return 0;
}
