// disk: data
// Reading a file in several ways, and files that are not there.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    FILE *f = fopen("data/poem.txt", "r");
    if (!f) {
        puts("no file");
        return 1;
    }
    char line[80];
    int lines = 0, letters = 0;
    while (fgets(line, sizeof line, f)) {
        lines++;
        letters += (int)strlen(line);
        if (lines == 2) printf("second: %s", line);
    }
    printf("%d lines, %d letters, end %d, error %d\n", lines, letters, !!feof(f), !!ferror(f));
    long size = ftell(f);
    rewind(f);
    int c, vowels = 0, words = 0, inside = 0;
    while ((c = fgetc(f)) != EOF) {
        vowels += c && strchr("aeiouAEIOU", c) != 0;
        int letter = c != ' ' && c != '\n';
        words += letter && !inside;
        inside = letter;
    }
    printf("%ld bytes, %d vowels, %d words\n", size, vowels, words);
    printf("%d", fseek(f, -6, SEEK_END));
    size_t got = fread(line, 1, sizeof line, f);
    line[got] = 0;
    printf(" %zu [%s]\n", got, line);
    fseek(f, 4, SEEK_SET);
    got = fread(line, 3, 5, f);
    line[15] = 0;
    printf("%zu [%s] at %ld\n", got, line, ftell(f));
    fseek(f, -5, SEEK_CUR);
    c = getc(f);
    ungetc('#', f);
    ungetc(c, f);
    printf("%c%c%c at %ld\n", getc(f), getc(f), getc(f), ftell(f));
    rewind(f);
    char word[20] = "";
    int items = fscanf(f, "%19s %*s %19s", line, word);
    printf("%d %s %s\n", items, line, word);
    char *text = 0;
    size_t room = 0;
    long n, total = 0;
    while ((n = getline(&text, &room, f)) > 0) total += n;
    printf("%ld\n", total);
    free(text);
    printf("%d\n", fclose(f));
    errno = 0;
    f = fopen("data/no such file", "r");
    printf("%d %s\n", f == 0, strerror(errno));
    return 0;
}
