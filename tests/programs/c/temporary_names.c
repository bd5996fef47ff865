// disk: data
// Names for temporary files are of a folder in which files can be made.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    char name[L_tmpnam], template[] = "/tmp/fileXXXXXX", text[20] = "";
    FILE *file = tmpnam(name) ? fopen(name, "w+") : NULL;
    if (!file) return 1;
    fputs("kept for now", file);
    rewind(file);
    printf("%s\n", fgets(text, sizeof text, file));
    fclose(file);
    int descriptor = mkstemp(template);
    printf("%d %d %d\n", strncmp(name, "/tmp/", 5), remove(name), descriptor > 2);
    return unlink(template);
}
