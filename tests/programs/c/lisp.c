// A small Lisp with closures and a mark-and-sweep collector.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct cell cell;
struct cell {
    enum { NUMBER, SYMBOL, PAIR, BUILTIN, CLOSURE } kind;
    int marked;
    union {
        long number;
        char name[16];
        struct { cell *first, *rest; };
        cell *(*call)(cell *);
        struct { cell *params, *body, *scope; };
    };
};

enum { CELLS = 6000 };
static cell cells[CELLS], *spare, *symbols, *globals, *truth, *roots[4000];
static int root_count, collections;
static const char *at;

static void mark(cell *c) {
    while (c && !c->marked) {
        c->marked = 1;
        if (c->kind == PAIR) mark(c->first), c = c->rest;
        else if (c->kind == CLOSURE) mark(c->params), mark(c->body), c = c->scope;
        else return;
    }
}

static void collect(void) {
    collections++;
    mark(symbols), mark(globals);
    for (int i = 0; i < root_count; i++) mark(roots[i]);
    for (int i = 0; i < CELLS; i++)
        if (cells[i].marked) cells[i].marked = 0;
        else cells[i].kind = PAIR, cells[i].first = 0, cells[i].rest = spare, spare = &cells[i];
}

static cell *keep(cell *c) { return roots[root_count++] = c; }

static cell *make(int kind) {
    if (!spare) {
        collect();
        if (!spare) puts("out of cells"), exit(3);
    }
    cell *c = spare;
    spare = c->rest;
    c->kind = (unsigned)kind;
    return c;
}

static cell *cons(cell *a, cell *b) {
    int base = root_count;
    keep(a), keep(b);
    cell *c = make(PAIR);
    c->first = a, c->rest = b;
    root_count = base;
    return c;
}

static cell *number(long n) {
    cell *c = make(NUMBER);
    c->number = n;
    return c;
}

static cell *symbol(const char *name) {
    for (cell *s = symbols; s; s = s->rest)
        if (!strcmp(s->first->name, name)) return s->first;
    cell *c = make(SYMBOL);
    strcpy(c->name, name);
    symbols = cons(c, symbols);
    return c;
}

static cell *read(void) {
    while (isspace((unsigned char)*at)) at++;
    if (*at == '(') {
        int base = root_count;
        cell *head = 0, *tail = 0;
        for (at++;;) {
            while (isspace((unsigned char)*at)) at++;
            if (*at == ')' || !*at) break;
            cell *c = cons(read(), 0);
            if (tail) tail->rest = c;
            else head = keep(c);
            tail = c;
        }
        at++;
        root_count = base;
        return head;
    }
    char word[16];
    int n = 0;
    while (*at && *at != '(' && *at != ')' && !isspace((unsigned char)*at) && n < 15) word[n++] = *at++;
    word[n] = 0;
    return isdigit((unsigned char)word[0]) || (word[0] == '-' && n > 1) ? number(atol(word)) : symbol(word);
}

static void print(const cell *c) {
    if (!c) printf("()");
    else if (c->kind == NUMBER) printf("%ld", c->number);
    else if (c->kind == SYMBOL) printf("%s", c->name);
    else if (c->kind == PAIR) {
        for (putchar('('); c; c = c->rest) print(c->first), c->rest ? putchar(' ') : 0;
        putchar(')');
    } else printf("<function>");
}

static cell *find(cell *name, cell *scope) {
    for (; scope; scope = scope->rest)
        if (scope->first->first == name) return scope->first;
    for (scope = globals; scope; scope = scope->rest)
        if (scope->first->first == name) return scope->first;
    printf("unknown %s\n", name->name);
    exit(2);
}

static cell *eval(cell *c, cell *scope) {
    int base = root_count;
    for (;;) {
        root_count = base;
        keep(c), keep(scope);
        if (!c || c->kind == NUMBER) break;
        if (c->kind == SYMBOL) {
            c = find(c, scope)->rest;
            break;
        }
        const char *word = c->first && c->first->kind == SYMBOL ? c->first->name : "";
        cell *args = c->rest;
        if (!strcmp(word, "quote")) {
            c = args->first;
            break;
        }
        if (!strcmp(word, "if")) {
            c = eval(args->first, scope) ? args->rest->first : args->rest->rest ? args->rest->rest->first : 0;
            continue;
        }
        if (!strcmp(word, "lambda")) {
            c = make(CLOSURE);
            c->params = args->first, c->body = args->rest->first, c->scope = scope;
            break;
        }
        if (!strcmp(word, "define")) {
            cell *value = keep(eval(args->rest->first, scope));
            globals = cons(keep(cons(args->first, value)), globals);
            c = args->first;
            break;
        }
        cell *f = keep(eval(c->first, scope)), *head = 0, *tail = 0;
        for (; args; args = args->rest) {
            cell *a = cons(eval(args->first, scope), 0);
            if (tail) tail->rest = a;
            else head = keep(a);
            tail = a;
        }
        if (f->kind == BUILTIN) {
            c = f->call(head);
            break;
        }
        cell *inner = f->scope;
        for (cell *p = f->params; p; p = p->rest, head = head->rest) inner = keep(cons(keep(cons(p->first, head->first)), inner));
        scope = inner;
        c = f->body;
    }
    root_count = base;
    return c;
}

static cell *add(cell *a) { long s = 0; for (; a; a = a->rest) s += a->first->number; return number(s); }
static cell *mul(cell *a) { long s = 1; for (; a; a = a->rest) s *= a->first->number; return number(s); }
static cell *sub(cell *a) { return number(a->first->number - a->rest->first->number); }
static cell *less(cell *a) { return a->first->number < a->rest->first->number ? truth : 0; }
static cell *first(cell *a) { return a->first->first; }
static cell *rest(cell *a) { return a->first->rest; }
static cell *pair(cell *a) { return cons(a->first, a->rest->first); }

int main(void) {
    static const struct { const char *name; cell *(*call)(cell *); } builtins[] = {{"+", add}, {"*", mul}, {"-", sub}, {"<", less}, {"first", first}, {"rest", rest}, {"cons", pair}};
    collect();
    for (int i = 0; i < 7; i++) {
        cell *f = keep(make(BUILTIN));
        f->call = builtins[i].call;
        globals = cons(cons(symbol(builtins[i].name), f), globals);
    }
    truth = symbol("t");
    at = "(define fact (lambda (n) (if (< n 1) 1 (* n (fact (- n 1)))))) (fact 15)"
         "(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))) (fib 15)"
         "(define map (lambda (f l) (if l (cons (f (first l)) (map f (rest l))) (quote ()))))"
         "(define range (lambda (a b) (if (< a b) (cons a (range (+ a 1) b)) (quote ()))))"
         "(map (lambda (x) (* x x x)) (range 1 12))"
         "(define adder (lambda (n) (lambda (x) (+ x n)))) ((adder 10) 32) (map (adder -5) (range 0 8))"
         "(define loop (lambda (n sum) (if (< 0 n) (loop (- n 1) (+ sum n)) sum))) (loop 5000 0)"
         "(define fold (lambda (f z l) (if l (fold f (f z (first l)) (rest l)) z))) (fold + 0 (map (lambda (x) (* x x)) (range 0 100)))";
    for (;;) {
        while (isspace((unsigned char)*at)) at++;
        if (!*at) break;
        root_count = 0;
        cell *c = keep(read());
        print(eval(c, 0));
        puts("");
    }
    printf("%d\n", collections > 5);
    return 0;
}
