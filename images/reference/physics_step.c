// Twin of modules/physics_step.rs.
#include "random.h"

enum { COUNT = 64 };
static const double step = 1.0 / 1024, softening = 1.0 / 64, damping = 1.0 - 1.0 / 4096;
static double mass[COUNT], place[3][COUNT], speed[3][COUNT], force[3][COUNT];

static double unit(uint64_t *state) { return (double)(int64_t)(next_random(state) >> 40) * 0x1p-24; }

static void accelerate(void) {
    for (int axis = 0; axis < 3; axis++)
        for (int i = 0; i < COUNT; i++) force[axis][i] = 0;
    for (int j = 0; j < COUNT; j++) {
        double m = mass[j], x = place[0][j], y = place[1][j], z = place[2][j];
        for (int i = 0; i < COUNT; i++) {
            double dx = x - place[0][i], dy = y - place[1][i], dz = z - place[2][i];
            double square = dx * dx + dy * dy + dz * dz + softening;
            double pull = m / (square * __builtin_sqrt(square));
            force[0][i] += dx * pull;
            force[1][i] += dy * pull;
            force[2][i] += dz * pull;
        }
    }
}

uint64_t physics_step(uint64_t n) {
    uint64_t state = 1, hash = MIX_START;
    for (int i = 0; i < COUNT; i++) mass[i] = 0.5 + unit(&state);
    for (int i = 0; i < 3 * COUNT; i++) {
        place[i / COUNT][i % COUNT] = unit(&state) * 8.0 - 4.0;
        speed[i / COUNT][i % COUNT] = unit(&state) - 0.5;
    }
    accelerate();
    for (uint64_t round = 0; round < n; round++) {
        for (int axis = 0; axis < 3; axis++)
            for (int i = 0; i < COUNT; i++) {
                speed[axis][i] += force[axis][i] * (step * 0.5);
                place[axis][i] += speed[axis][i] * step;
            }
        accelerate();
        for (int axis = 0; axis < 3; axis++)
            for (int i = 0; i < COUNT; i++)
                speed[axis][i] = (speed[axis][i] + force[axis][i] * (step * 0.5)) * damping;
    }
    for (int axis = 0; axis < 3; axis++)
        for (int i = 0; i < COUNT; i++)
            hash = mix(mix(hash, bits_of(place[axis][i])), bits_of(speed[axis][i]));
    return hash;
}
