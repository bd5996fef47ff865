// A display that nobody sees and a clock that goes on as it is looked at: Doom as it is, the same each time. Of each
// frame what is on it is added up, and of all of them it is printed from time to time and at the end.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doomgeneric.h"

static uint32_t milliseconds, frames, most = 100;
static uint64_t sum = 14695981039346656037u;

void DG_Init(void) {}

void DG_DrawFrame(void) {
    // The first melt away what the game has found in memory, which is not the same each time.
    for (int at = 0; frames >= 25 && at < DOOMGENERIC_RESX * DOOMGENERIC_RESY; at++)
        sum = (sum ^ DG_ScreenBuffer[at]) * 1099511628211u;
    if (++frames % 50 == 0 || frames == most) printf("frame %u: %016lx\n", frames, (unsigned long)sum);
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
