// A display that nobody sees and a clock that goes on as it is looked at: Doom as it is, the same each time. Of some
// frames what is on them is added up and printed.
//
// Not of all: the first melt away what the game has found in memory, and on few (the 279th of the first recorded game)
// a point or two come from behind a picture, where the game keeps addresses.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doomgeneric.h"

static uint32_t milliseconds, frames, most = 100;

void DG_Init(void) {}

void DG_DrawFrame(void) {
    if (++frames % 50 == 0 || frames == most) {
        uint64_t sum = 14695981039346656037u;
        for (int at = 0; at < DOOMGENERIC_RESX * DOOMGENERIC_RESY; at++)
            sum = (sum ^ DG_ScreenBuffer[at]) * 1099511628211u;
        printf("frame %u: %016lx\n", frames, (unsigned long)sum);
    }
    if (frames == most) exit(0);
}

void DG_SleepMs(uint32_t time) { milliseconds += time; }

uint32_t DG_GetTicksMs(void) { return milliseconds += 5; }

int DG_GetKey(int *pressed, unsigned char *key) {
    (void)pressed, (void)key;
    return 0;
}

void DG_SetWindowTitle(const char *title) { printf("title: %s\n", title); }

int main(int argc, char **argv) {
    for (int at = 1; at + 1 < argc; at++)
        if (!strcmp(argv[at], "-frames")) most = atoi(argv[at + 1]);
    doomgeneric_Create(argc, argv);
    for (;;) doomgeneric_Tick();
}
