// Reading standard input: a line, numbers of several bases, the rest word by word.
#include <stdio.h>
#include <string.h>

int main(void) {
    char line[100], word[20], longest[20] = "";
    if (!fgets(line, sizeof line, stdin)) return 2;
    line[strcspn(line, "\n")] = 0;
    printf("line: '%s' (%zu)\n", line, strlen(line));
    int a = 0, b = 0, c = 0;
    double d = 0;
    int items = scanf("%d %d %i %lf", &a, &b, &c, &d);
    printf("%d: %d %d %d %g, sum %g\n", items, a, b, c, d, a + b + c + d);
    int words = 0;
    while (scanf("%19s", word) == 1) {
        words++;
        if (strlen(word) > strlen(longest)) strcpy(longest, word);
    }
    printf("%d words, longest '%s', end %d %d\n", words, longest, !!feof(stdin), getchar());
    return words;
}
