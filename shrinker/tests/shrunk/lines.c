// Ten small programs, chosen by PROGRAM, that answer each line of their input by one of their own. What a line may ask
// for is more than any few lines do, so that much of each program runs only when asked for.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if PROGRAM == 0 // Expressions with + - * / % and parentheses.
static const char *at;
static const char *wrong;

static long sum(void);

static long factor(void) {
    while (*at == ' ') at++;
    if (*at == '-') {
        at++;
        return -factor();
    }
    if (*at == '(') {
        at++;
        long value = sum();
        if (*at == ')') at++;
        else wrong = "parenthesis";
        return value;
    }
    if (!isdigit((unsigned char)*at)) {
        wrong = "number";
        return 0;
    }
    char *end;
    long value = strtol(at, &end, 0);
    at = end;
    return value;
}

static long product(void) {
    long value = factor();
    for (;;) {
        while (*at == ' ') at++;
        char sign = *at;
        if (sign != '*' && sign != '/' && sign != '%') return value;
        at++;
        long other = factor();
        if (sign == '*') value = (long)((unsigned long)value * (unsigned long)other);
        else if (other == 0 || other == -1) wrong = "divisor";
        else value = sign == '/' ? value / other : value % other;
    }
}

static long sum(void) {
    long value = product();
    while (*at == '+' || *at == '-') {
        char sign = *at++;
        unsigned long other = (unsigned long)product();
        value = (long)(sign == '+' ? (unsigned long)value + other : (unsigned long)value - other);
    }
    return value;
}

static void line(char *text) {
    at = text;
    wrong = 0;
    long value = sum();
    if (!wrong && *at) wrong = "end";
    if (wrong) printf("no %s at %d\n", wrong, (int)(at - text));
    else printf("%ld\n", value);
}

#elif PROGRAM == 1 // Roman numbers, both ways.
static const struct {
    int value;
    const char *sign;
} signs[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
             {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};

static void to_roman(int value, char *to) {
    *to = 0;
    for (unsigned i = 0; i < sizeof signs / sizeof *signs; i++)
        for (; value >= signs[i].value; value -= signs[i].value) strcat(to, signs[i].sign);
}

static int from_roman(const char *text) {
    int value = 0;
    for (unsigned i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t length = strlen(signs[i].sign);
        for (; !strncmp(text, signs[i].sign, length); text += length) value += signs[i].value;
    }
    return *text ? -1 : value;
}

static void line(char *text) {
    char roman[64];
    if (isdigit((unsigned char)*text)) {
        int value = atoi(text);
        if (value < 1 || value > 3999) {
            puts("beyond");
            return;
        }
        to_roman(value, roman);
        puts(roman);
    } else {
        int value = from_roman(text);
        if (value >= 1 && value <= 3999) to_roman(value, roman);
        if (value < 1 || value > 3999) puts("not roman");
        else if (strcmp(roman, text)) printf("%d, written %s\n", value, roman);
        else printf("%d\n", value);
    }
}

#elif PROGRAM == 2 // Dates: what day of the week and of the year, and how far apart.
static int is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static int length(int year, int month) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[month - 1] + (month == 2 && is_leap(year));
}

static int is_date(int year, int month, int day) {
    return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= length(year, month);
}

static long days(int year, int month, int day) {
    long all = 365L * (year - 1) + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    for (int i = 1; i < month; i++) all += length(year, i);
    return all + day - 1;
}

static void line(char *text) {
    static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
    int y, m, d, y2, m2, d2;
    int found = sscanf(text, "%d-%d-%d %d-%d-%d", &y, &m, &d, &y2, &m2, &d2);
    if (found < 3) puts("no date");
    else if (!is_date(y, m, d)) printf("there is no %04d-%02d-%02d\n", y, m, d);
    else if (found < 6)
        printf("%s, day %ld%s\n", names[days(y, m, d) % 7], days(y, m, d) - days(y, 1, 1) + 1,
               is_leap(y) ? " of a leap year" : "");
    else if (!is_date(y2, m2, d2)) puts("the second is none");
    else printf("%ld days\n", days(y2, m2, d2) - days(y, m, d));
}

#elif PROGRAM == 3 // Runs of letters, packed and unpacked.
static void line(char *text) {
    if (*text == '=') {
        for (char *at = text + 1; *at;) {
            long count = 1;
            if (isdigit((unsigned char)*at)) count = strtol(at, &at, 10);
            if (!*at) {
                printf("?");
                break;
            }
            if (count > 40) printf("(%ld of %c)", count, *at);
            else
                while (count-- > 0) putchar(*at);
            at++;
        }
        puts("");
        return;
    }
    for (char *at = text; *at;) {
        size_t count = 1;
        while (at[count] == *at) count++;
        if (isdigit((unsigned char)*at)) printf("1");
        if (count > 1) printf("%zu%c", count, *at);
        else putchar(*at);
        at += count;
    }
    puts("");
}

#elif PROGRAM == 4 // Six bits a letter, both ways.
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void line(char *text) {
    size_t length = strlen(text);
    if (*text != '<') {
        for (size_t i = 0; i < length; i += 3) {
            unsigned bits = (unsigned char)text[i] << 16;
            if (i + 1 < length) bits |= (unsigned char)text[i + 1] << 8;
            if (i + 2 < length) bits |= (unsigned char)text[i + 2];
            putchar(letters[bits >> 18]);
            putchar(letters[bits >> 12 & 63]);
            putchar(i + 1 < length ? letters[bits >> 6 & 63] : '=');
            putchar(i + 2 < length ? letters[bits & 63] : '=');
        }
        puts("");
        return;
    }
    unsigned bits = 0, count = 0;
    for (text++; *text && *text != '='; text++) {
        const char *found = strchr(letters, *text);
        if (!found) {
            printf("\\%02x", (unsigned char)*text);
            continue;
        }
        bits = bits << 6 | (unsigned)(found - letters);
        count += 6;
        if (count >= 8) {
            count -= 8;
            unsigned byte = bits >> count & 255;
            if (isprint((int)byte)) putchar((int)byte);
            else printf("\\x%02x", byte);
        }
    }
    puts(count ? " and a rest" : "");
}

#elif PROGRAM == 5 // Whether a line is JSON, and how deep.
static const char *at;
static int deepest, numbers, strings;

static int value(int depth);

static void blanks(void) {
    while (*at == ' ') at++;
}

static int string(void) {
    for (at++; *at && *at != '"'; at++) {
        if (*at != '\\') continue;
        at++;
        if (*at == 'u') {
            for (int i = 1; i <= 4; i++)
                if (!isxdigit((unsigned char)at[i])) return 0;
            at += 4;
        } else if (!*at || !strchr("\"\\/bfnrt", *at)) return 0;
    }
    strings++;
    return *at++ == '"';
}

static int list(int depth, char end, int pairs) {
    at++;
    blanks();
    if (*at == end) {
        at++;
        return 1;
    }
    for (;;) {
        blanks();
        if (pairs) {
            if (*at != '"' || !string()) return 0;
            blanks();
            if (*at++ != ':') return 0;
        }
        if (!value(depth + 1)) return 0;
        blanks();
        if (*at == end) {
            at++;
            return 1;
        }
        if (*at++ != ',') return 0;
    }
}

static int word(const char *text) {
    size_t length = strlen(text);
    if (strncmp(at, text, length)) return 0;
    at += length;
    return 1;
}

static int value(int depth) {
    if (depth > deepest) deepest = depth;
    if (depth > 20) return 0;
    blanks();
    switch (*at) {
    case '{': return list(depth, '}', 1);
    case '[': return list(depth, ']', 0);
    case '"': return string();
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: {
        char *end;
        if (*at != '-' && !isdigit((unsigned char)*at)) return 0;
        strtod(at, &end);
        if (end == at) return 0;
        at = end;
        numbers++;
        return 1;
    }
    }
}

static void line(char *text) {
    at = text;
    deepest = numbers = strings = 0;
    int good = value(0);
    blanks();
    if (!good || *at) printf("not from %d on\n", (int)(at - text));
    else printf("%d deep, %d numbers, %d strings\n", deepest, numbers, strings);
}

#elif PROGRAM == 6 // Numbers, printed in as many ways as there are.
static void line(char *text) {
    char *rest;
    double value = strtod(text, &rest);
    while (*rest == ' ') rest++;
    switch (*rest) {
    case 'e': printf("%.3e\n", value); break;
    case 'g': printf("%g\n", value); break;
    case 'f': printf("%.2f\n", value); break;
    case 'a': printf("%a\n", value); break;
    case 'w': printf("[%12.4f]\n", value); break;
    case 'z': printf("[%+012.3f]\n", value); break;
    case 'i': printf("%ld\n", value > -1e15 && value < 1e15 ? (long)value : 0); break;
    case 'x': printf("%#lx\n", value >= 0 && value < 1e15 ? (unsigned long)value : 0); break;
    case 'o': printf("%lo\n", value >= 0 && value < 1e15 ? (unsigned long)value : 0); break;
    default: printf("%.17g\n", value);
    }
}

#elif PROGRAM == 7 // A pattern with . * ? + and sets, and whether a text has it.
static int matches(const char *pattern, const char *text);

static int one(const char *pattern, const char **next, char letter) {
    int found;
    if (*pattern == '[') {
        int not = pattern[1] == '^';
        pattern += 1 + not;
        found = 0;
        for (; *pattern && *pattern != ']'; pattern++) {
            if (pattern[1] == '-' && pattern[2] && pattern[2] != ']') {
                if (letter >= pattern[0] && letter <= pattern[2]) found = 1;
                pattern += 2;
            } else if (*pattern == letter) found = 1;
        }
        found ^= not;
    } else if (*pattern == '\\' && pattern[1]) {
        pattern++;
        if (*pattern == 'd') found = isdigit((unsigned char)letter) != 0;
        else if (*pattern == 'w') found = isalnum((unsigned char)letter) != 0;
        else found = *pattern == letter;
    } else found = *pattern == '.' || *pattern == letter;
    *next = *pattern ? pattern + 1 : pattern;
    return found && letter;
}

static int matches(const char *pattern, const char *text) {
    if (!*pattern) return 1;
    if (*pattern == '$' && !pattern[1]) return !*text;
    const char *next;
    int found = one(pattern, &next, *text);
    if (*next == '*' || *next == '+') {
        int least = *next == '+';
        const char *end = text;
        while (one(pattern, &next, *end)) end++;
        for (; end >= text + least; end--)
            if (matches(next + 1, end)) return 1;
        return 0;
    }
    if (*next == '?') return (found && matches(next + 1, text + 1)) || matches(next + 1, text);
    return found && matches(next, text + 1);
}

static void line(char *text) {
    char *space = strchr(text, ' ');
    if (!space) {
        puts("no text");
        return;
    }
    *space++ = 0;
    if (*text == '^') {
        puts(matches(text + 1, space) ? "at the beginning" : "not at the beginning");
        return;
    }
    for (char *at = space;; at++) {
        if (matches(text, at)) {
            printf("at %d\n", (int)(at - space));
            return;
        }
        if (!*at) break;
    }
    puts("nowhere");
}

#elif PROGRAM == 8 // Numbers in a line: sorted, their middle, what they have in common.
static int rising(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static int falling(const void *a, const void *b) { return rising(b, a); }

static long common(long a, long b) { return b ? common(b, a % b) : labs(a); }

static void line(char *text) {
    long list[64];
    int count = 0;
    char how = isalpha((unsigned char)*text) ? *text++ : 's';
    for (char *word = strtok(text, " ,"); word && count < 64; word = strtok(0, " ,"))
        list[count++] = atol(word);
    if (!count) {
        puts("none");
        return;
    }
    qsort(list, (size_t)count, sizeof *list, how == 'r' ? falling : rising);
    long result = 0;
    switch (how) {
    case 'm': printf("%ld\n", list[count / 2]); return;
    case 'g':
        for (int i = 0; i < count; i++) result = common(result, list[i]);
        printf("%ld\n", result);
        return;
    case 't':
        for (int i = 0; i < count; i++) result += list[i];
        printf("%ld of %d\n", result, count);
        return;
    case 'u':
        for (int i = 0; i < count; i++)
            if (!i || list[i] != list[i - 1]) printf("%ld ", list[i]);
        break;
    case 'b': {
        long key = list[0] + list[count - 1];
        long *found = bsearch(&key, list, (size_t)count, sizeof *list, rising);
        printf("%ld %s\n", key, found ? "is there" : "is not");
        return;
    }
    default:
        for (int i = 0; i < count; i++) printf("%ld ", list[i]);
    }
    puts("");
}

#else // Numbers of many digits: added, taken away, multiplied, compared, raised.
enum { MOST = 400 };
struct number {
    int count;
    unsigned char digits[MOST];
};

static void read(struct number *to, const char *from) {
    to->count = 0;
    while (*from == '0') from++;
    for (size_t i = strlen(from); i-- > 0 && to->count < MOST;)
        if (isdigit((unsigned char)from[i])) to->digits[to->count++] = (unsigned char)(from[i] - '0');
}

static void print(const struct number *one) {
    if (!one->count) putchar('0');
    for (int i = one->count; i-- > 0;) putchar('0' + one->digits[i]);
    puts("");
}

static int compare(const struct number *a, const struct number *b) {
    if (a->count != b->count) return a->count > b->count ? 1 : -1;
    for (int i = a->count; i-- > 0;)
        if (a->digits[i] != b->digits[i]) return a->digits[i] > b->digits[i] ? 1 : -1;
    return 0;
}

static void add(struct number *a, const struct number *b) {
    int carry = 0, i = 0;
    for (; (i < a->count || i < b->count || carry) && i < MOST; i++) {
        carry += (i < a->count ? a->digits[i] : 0) + (i < b->count ? b->digits[i] : 0);
        a->digits[i] = (unsigned char)(carry % 10);
        carry /= 10;
    }
    a->count = i;
}

static void take(struct number *a, const struct number *b) {
    int carry = 0;
    for (int i = 0; i < a->count; i++) {
        int digit = a->digits[i] - carry - (i < b->count ? b->digits[i] : 0);
        carry = digit < 0;
        a->digits[i] = (unsigned char)(digit + 10 * carry);
    }
    while (a->count && !a->digits[a->count - 1]) a->count--;
}

static void multiply(struct number *a, const struct number *b) {
    struct number result = {0, {0}};
    for (int i = 0; i < a->count; i++) {
        int carry = 0;
        for (int k = 0; (k < b->count || carry) && i + k < MOST; k++) {
            carry += result.digits[i + k] + a->digits[i] * (k < b->count ? b->digits[k] : 0);
            result.digits[i + k] = (unsigned char)(carry % 10);
            carry /= 10;
            if (i + k >= result.count) result.count = i + k + 1;
        }
    }
    while (result.count && !result.digits[result.count - 1]) result.count--;
    *a = result;
}

static void line(char *text) {
    static struct number a, b;
    char *sign = text + strcspn(text, "+-*<^");
    char what = *sign;
    if (!what) {
        puts("no sign");
        return;
    }
    *sign = 0;
    read(&a, text);
    read(&b, sign + 1);
    if (what == '+') add(&a, &b);
    else if (what == '*') multiply(&a, &b);
    else if (what == '-') {
        if (compare(&a, &b) < 0) {
            struct number other = a;
            a = b;
            b = other;
            putchar('-');
        }
        take(&a, &b);
    } else if (what == '^') {
        struct number base = a;
        read(&a, "1");
        for (int n = atoi(sign + 1) % 50; n > 0; n--) multiply(&a, &base);
    } else {
        static const char *const words[] = {"less", "equal", "more"};
        puts(words[compare(&a, &b) + 1]);
        return;
    }
    print(&a);
}
#endif

int main(void) {
    char text[400];
    while (fgets(text, sizeof text, stdin)) {
        text[strcspn(text, "\n")] = 0;
        line(text);
        fflush(stdout);
    }
    return 0;
}
