int numbers[400] __attribute__((aligned(64)));
int small __attribute__((aligned(32)));
long strong;
char aligned;

void fill(void) {
    for (int i = 0; i < 400; i++) numbers[i] = i;
    small = (unsigned long)&small % 32 ? -1 : 5;
    aligned = 1;
}

long total(void) {
    long sum = strong;
    for (int i = 0; i < 400; i++) sum += numbers[i];
    return sum;
}
