// Arithmetic expressions: a tokenizer, a parser by precedence into a tree, an evaluator, a
// simplifier, and a compiler to a stack machine, which must agree.
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct node { char kind; double value; struct node *left, *right; } node;

static const char *at;
static node pool[500];
static int used;

static node *make(char kind, double value, node *left, node *right) {
    pool[used] = (node){kind, value, left, right};
    return &pool[used++];
}

static node *parse(int least);

static node *primary(void) {
    while (*at == ' ') at++;
    if (*at == '(') {
        at++;
        node *n = parse(0);
        while (*at == ' ') at++;
        if (*at == ')') at++;
        return n;
    }
    if (*at == '-') return at++, make('n', 0, parse(3), 0);
    if (isdigit((unsigned char)*at)) {
        char *end;
        double value = strtod(at, &end);
        at = end;
        return make('#', value, 0, 0);
    }
    if (!strncmp(at, "sqrt", 4)) return at += 4, make('s', 0, primary(), 0);
    if (isalpha((unsigned char)*at)) return make('v', *at++ - 'a', 0, 0);
    return make('?', 0, 0, 0);
}

static int strength(char c) { return c == '+' || c == '-' ? 1 : c == '*' || c == '/' || c == '%' ? 2 : c == '^' ? 4 : 0; }

static node *parse(int least) {
    node *left = primary();
    for (;;) {
        while (*at == ' ') at++;
        int s = strength(*at);
        if (s == 0 || s < least) return left;
        char kind = *at++;
        left = make(kind, 0, left, parse(kind == '^' ? s : s + 1));
    }
}

static double apply(char kind, double a, double b) {
    switch (kind) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '%': return fmod(a, b);
    case '^': return pow(a, b);
    case 'n': return -a;
    case 's': return sqrt(a);
    }
    return NAN;
}

static double evaluate(const node *n, const double *variables) {
    if (n->kind == '#') return n->value;
    if (n->kind == 'v') return variables[(int)n->value];
    if (n->kind == '?') return NAN;
    return apply(n->kind, evaluate(n->left, variables), n->right ? evaluate(n->right, variables) : 0);
}

static node *simplify(node *n) {
    if (n->left) n->left = simplify(n->left);
    if (n->right) n->right = simplify(n->right);
    int left = n->left && n->left->kind == '#', right = n->right && n->right->kind == '#';
    if (left && (right || !n->right)) return make('#', apply(n->kind, n->left->value, right ? n->right->value : 0), 0, 0);
    if (n->kind == '*' && ((left && n->left->value == 1) || (right && n->right->value == 1))) return left ? n->right : n->left;
    if (n->kind == '+' && ((left && n->left->value == 0) || (right && n->right->value == 0))) return left ? n->right : n->left;
    return n;
}

static int count(const node *n) { return n ? 1 + count(n->left) + count(n->right) : 0; }

typedef struct { char op; double value; } instruction;

static int compile(const node *n, instruction *code, int len) {
    if (n->left) len = compile(n->left, code, len);
    if (n->right) len = compile(n->right, code, len);
    code[len] = (instruction){n->kind, n->value};
    return len + 1;
}

static double run(const instruction *code, int len, const double *variables) {
    double stack[64];
    int top = 0;
    for (int i = 0; i < len; i++) switch (code[i].op) {
        case '#': case '?': stack[top++] = code[i].op == '#' ? code[i].value : NAN; break;
        case 'v': stack[top++] = variables[(int)code[i].value]; break;
        case 'n': case 's': stack[top - 1] = apply(code[i].op, stack[top - 1], 0); break;
        default: top--; stack[top - 1] = apply(code[i].op, stack[top - 1], stack[top]);
        }
    return stack[0];
}

int main(void) {
    static const char *const texts[] = {"1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-2 ^ 2", "10 - 4 - 3", "a * (b + c) / (a - b)", "sqrt(a*a + b*b)", "7 % 4 * 2.5",
        "1*a + 0 + b*1*(2+3)", "((((1))))", "a/3 - b/7 + c/11 - -a", "1 / 0", "3 +", "2 * 3 + 4 * 5 - 6 / 4 ^ 0.5"};
    static const double variables[26] = {3, 4, 5.5};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        at = texts[i];
        used = 0;
        node *tree = parse(0);
        double direct = evaluate(tree, variables);
        instruction code[128];
        int len = compile(tree, code, 0);
        double compiled = run(code, len, variables);
        int before = count(tree);
        tree = simplify(tree);
        double simple = evaluate(tree, variables);
        printf("%-30s = %.10g  %d %d  %d -> %d\n", texts[i], direct == direct ? direct : 0, direct == compiled, direct == simple || direct != direct, before, count(tree));
    }
    return 0;
}
