// A JSON parser that builds a tree, prints it back, and says where a text is wrong.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct value value;
struct value {
    enum { NONE, YES, NO, NUMBER, STRING, LIST, OBJECT } kind;
    double number;
    char *text;  // of a string, or the key within an object is in `key`
    char *key;
    value *first, *next;
};

static const char *start, *at, *problem;

static value *fail(const char *why) {
    if (!problem) problem = why;
    return 0;
}

static void blanks(void) { while (*at == ' ' || *at == '\n' || *at == '\t') at++; }

static value *make(int kind) {
    value *v = calloc(1, sizeof *v);
    v->kind = (unsigned)kind;
    return v;
}

static char *string(void) {
    char *text = malloc(strlen(at) + 1), *to = text;
    for (at++; *at != '"'; at++) {
        if (!*at || (unsigned char)*at < 32) return free(text), fail("open string"), (char *)0;
        if (*at != '\\') {
            *to++ = *at;
            continue;
        }
        switch (*++at) {
        case 'n': *to++ = '\n'; break;
        case 't': *to++ = '\t'; break;
        case '"': case '\\': case '/': *to++ = *at; break;
        case 'u': {
            unsigned code = 0;
            for (int i = 0; i < 4; i++) {
                if (!isxdigit((unsigned char)*++at)) return free(text), fail("bad \\u"), (char *)0;
                code = code * 16 + (unsigned)(isdigit((unsigned char)*at) ? *at - '0' : (*at | 32) - 'a' + 10);
            }
            if (code < 0x80) *to++ = (char)code;
            else if (code < 0x800) *to++ = (char)(0xC0 | code >> 6), *to++ = (char)(0x80 | (code & 63));
            else *to++ = (char)(0xE0 | code >> 12), *to++ = (char)(0x80 | (code >> 6 & 63)), *to++ = (char)(0x80 | (code & 63));
            break;
        }
        default: return free(text), fail("bad escape"), (char *)0;
        }
    }
    at++;
    *to = 0;
    return text;
}

static value *parse(int depth) {
    if (depth > 20) return fail("too deep");
    blanks();
    value *v = 0;
    if (*at == '"') {
        char *text = string();
        if (!text) return 0;
        v = make(STRING);
        v->text = text;
    } else if (*at == '[' || *at == '{') {
        int object = *at == '{';
        char end = object ? '}' : ']';
        v = make(object ? OBJECT : LIST);
        value **tail = &v->first;
        at++;
        blanks();
        while (*at != end) {
            char *key = 0;
            if (object) {
                if (*at != '"') return fail("key expected");
                if (!(key = string())) return 0;
                blanks();
                if (*at++ != ':') return at--, fail("colon expected");
            }
            if (!(*tail = parse(depth + 1))) return 0;
            (*tail)->key = key;
            tail = &(*tail)->next;
            blanks();
            if (*at == ',') {
                at++;
                blanks();
                if (*at == end) return fail("value expected");
            } else if (*at != end) return fail("comma expected");
        }
        at++;
    } else if (*at == '-' || isdigit((unsigned char)*at)) {
        char *end;
        v = make(NUMBER);
        v->number = strtod(at, &end);
        at = end;
    } else if (!strncmp(at, "true", 4)) v = make(YES), at += 4;
    else if (!strncmp(at, "false", 5)) v = make(NO), at += 5;
    else if (!strncmp(at, "null", 4)) v = make(NONE), at += 4;
    else return fail("value expected");
    return v;
}

static void print(const value *v) {
    static const char *const words[] = {"null", "true", "false"};
    if (v->key) printf("\"%s\":", v->key);
    if (v->kind <= NO) printf("%s", words[v->kind]);
    else if (v->kind == NUMBER) printf("%.15g", v->number);
    else if (v->kind == STRING) {
        putchar('"');
        for (const char *p = v->text; *p; p++)
            if (*p == '\n') printf("\\n");
            else if (*p == '"' || *p == '\\') printf("\\%c", *p);
            else putchar(*p);
        putchar('"');
    } else {
        putchar(v->kind == LIST ? '[' : '{');
        for (const value *i = v->first; i; i = i->next) {
            print(i);
            if (i->next) putchar(',');
        }
        putchar(v->kind == LIST ? ']' : '}');
    }
}

static double total(const value *v) {
    double sum = v->kind == NUMBER ? v->number : 0;
    for (const value *i = v->first; i; i = i->next) sum += total(i);
    return sum;
}

int main(void) {
    static const char *const texts[] = {
        "{\"name\": \"engine\", \"sizes\": [1, 2.5, -3e2, 0.125], \"on\": true, \"off\": false, \"none\": null}",
        " [ [], {}, [[[\"deep\"]]], \"esc \\\" \\\\ \\n \\u0041\\u00e9\\u20ac\" , 1e-7 ] ",
        "{\"a\":{\"b\":{\"c\":[{\"d\":1},{\"d\":2},{\"d\":3}]}}}", "42", "[1,2,]", "{\"a\" 1}", "\"open", "[1 2]", "{1:2}", "tru", "[\"\\x\"]",
        "[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]", "",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        start = at = texts[i];
        problem = 0;
        value *v = parse(0);
        blanks();
        if (v && *at) v = fail("more than one value");
        if (v) {
            print(v);
            printf(" %g\n", total(v));
        } else printf("%s at %d\n", problem, (int)(at - start));
    }
    return 0;
}
