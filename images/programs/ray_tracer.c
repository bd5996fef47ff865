// Draws spheres over a floor: rays through a tree of boxes, shadows, mirrors and glass.
//
// Sums and products stay in their order and are never fused, and the only function of math is the
// square root, so that every machine gives the same bits.
#include "../reference/random.h"
#include <stdlib.h>

typedef struct {
    double x, y, z;
} Vector;

typedef struct {
    Vector origin, way; // `way` has length 1
    Vector inverse;     // of each part of `way`
} Ray;

typedef struct {
    Vector centre, colour;
    double radius, mirror, glass;
} Sphere;

typedef struct {
    Vector low, high;
    int first, count; // spheres, of a leaf
    int left, right;  // nodes, where `count` is 0
} Node;

typedef struct {
    Sphere *spheres;
    Node *nodes;
    int used;
} Scene;

typedef struct {
    double distance;
    const Sphere *sphere; // null: the floor
} Hit;

enum { LEAF = 3, BOUNCES = 5 };
static const double FAR = 1e30, NEAR = 1e-6;
static const Vector light = {-4, 9, -6};

static Vector vector(double x, double y, double z) { return (Vector){x, y, z}; }
static Vector plus(Vector a, Vector b) { return vector(a.x + b.x, a.y + b.y, a.z + b.z); }
static Vector minus(Vector a, Vector b) { return vector(a.x - b.x, a.y - b.y, a.z - b.z); }
static Vector times(Vector a, double k) { return vector(a.x * k, a.y * k, a.z * k); }
static Vector shaded(Vector a, Vector b) { return vector(a.x * b.x, a.y * b.y, a.z * b.z); }
static double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static double root(double x) { return __builtin_sqrt(x); }
static Vector unit(Vector a) { return times(a, 1 / root(dot(a, a))); }
static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

static Ray ray(Vector origin, Vector way) {
    return (Ray){origin, way, vector(1 / way.x, 1 / way.y, 1 / way.z)};
}

static double part(Vector a, int axis) { return axis == 0 ? a.x : axis == 1 ? a.y : a.z; }

// ---- The tree --------------------------------------------------------------------------------

static void bound(Node *node, const Sphere *spheres) {
    node->low = vector(FAR, FAR, FAR), node->high = vector(-FAR, -FAR, -FAR);
    for (int i = 0; i < node->count; i++) {
        const Sphere *s = &spheres[node->first + i];
        Vector low = minus(s->centre, vector(s->radius, s->radius, s->radius));
        Vector high = plus(s->centre, vector(s->radius, s->radius, s->radius));
        node->low = vector(least(node->low.x, low.x), least(node->low.y, low.y), least(node->low.z, low.z));
        node->high = vector(most(node->high.x, high.x), most(node->high.y, high.y), most(node->high.z, high.z));
    }
}

// Moves the spheres whose centres come first along the axis in front, as quicksort does, until the
// one in the middle is in its place.
static void part_spheres(Sphere *spheres, int count, int axis) {
    int from = 0, to = count - 1, middle = count / 2;
    while (from < to) {
        double pivot = part(spheres[(from + to) / 2].centre, axis);
        int i = from, j = to;
        while (i <= j) {
            while (part(spheres[i].centre, axis) < pivot) i++;
            while (part(spheres[j].centre, axis) > pivot) j--;
            if (i > j) break;
            Sphere kept = spheres[i];
            spheres[i++] = spheres[j], spheres[j--] = kept;
        }
        if (middle <= j) to = j;
        else if (middle >= i) from = i;
        else return;
    }
}

static int grow(Scene *scene, int first, int count) {
    int at = scene->used++;
    Node *node = &scene->nodes[at];
    node->first = first, node->count = count;
    bound(node, scene->spheres);
    if (count <= LEAF) return at;
    Vector size = minus(node->high, node->low);
    int axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2;
    part_spheres(scene->spheres + first, count, axis);
    node->count = 0;
    node->left = grow(scene, first, count / 2);
    node->right = grow(scene, first + count / 2, count - count / 2);
    return at;
}

// Where the ray enters the box of a node, or FAR.
static double entrance(const Node *node, const Ray *r, double best) {
    double from = 0, to = best;
    for (int axis = 0; axis < 3; axis++) {
        double a = (part(node->low, axis) - part(r->origin, axis)) * part(r->inverse, axis);
        double b = (part(node->high, axis) - part(r->origin, axis)) * part(r->inverse, axis);
        from = most(from, least(a, b)), to = least(to, most(a, b));
    }
    return from <= to ? from : FAR;
}

static double meet(const Sphere *s, const Ray *r) {
    Vector to = minus(s->centre, r->origin);
    double along = dot(to, r->way), off = dot(to, to) - along * along, square = s->radius * s->radius;
    if (off > square) return FAR;
    double half = root(square - off);
    if (along - half > NEAR) return along - half;
    return along + half > NEAR ? along + half : FAR;
}

static Hit closest(const Scene *scene, const Ray *r) {
    Hit best = {FAR, NULL};
    if (r->way.y < -NEAR) best.distance = most(NEAR, -r->origin.y / r->way.y);
    int waiting[64], count = 0;
    waiting[count++] = 0;
    while (count) {
        const Node *node = &scene->nodes[waiting[--count]];
        if (entrance(node, r, best.distance) == FAR) continue;
        for (int i = 0; i < node->count; i++) {
            const Sphere *s = &scene->spheres[node->first + i];
            double distance = meet(s, r);
            if (distance < best.distance) best = (Hit){distance, s};
        }
        if (node->count) continue;
        double left = entrance(&scene->nodes[node->left], r, best.distance);
        double right = entrance(&scene->nodes[node->right], r, best.distance);
        // The nearer one is looked at first.
        if (left <= right) waiting[count++] = node->right, waiting[count++] = node->left;
        else waiting[count++] = node->left, waiting[count++] = node->right;
    }
    return best;
}

// ---- Colours ---------------------------------------------------------------------------------

static Vector sky(Vector way) {
    double up = 0.5 * (way.y + 1);
    return plus(times(vector(1, 1, 1), 1 - up), times(vector(0.4, 0.6, 1), up));
}

static Vector bent(Vector way, Vector normal, double ratio) {
    double along = -dot(way, normal), square = 1 - ratio * ratio * (1 - along * along);
    if (square < 0) return plus(way, times(normal, 2 * along)); // reflected wholly
    return plus(times(way, ratio), times(normal, ratio * along - root(square)));
}

static Vector colour(const Scene *scene, const Ray *r, int bounces) {
    Hit hit = closest(scene, r);
    if (hit.distance == FAR) return sky(r->way);
    Vector place = plus(r->origin, times(r->way, hit.distance)), normal = vector(0, 1, 0), own;
    double mirror = 0.1, glass = 0;
    if (hit.sphere) {
        normal = times(minus(place, hit.sphere->centre), 1 / hit.sphere->radius);
        own = hit.sphere->colour, mirror = hit.sphere->mirror, glass = hit.sphere->glass;
    } else {
        int dark = ((int)(place.x + 1000) ^ (int)(place.z + 1000)) & 1;
        own = dark ? vector(0.2, 0.25, 0.3) : vector(0.9, 0.9, 0.85);
    }
    int inside = dot(r->way, normal) > 0;
    if (inside) normal = times(normal, -1);
    Vector to_light = minus(light, place);
    Ray shadow = ray(plus(place, times(normal, 1e-4)), unit(to_light));
    double lit = most(0, dot(shadow.way, normal));
    if (lit > 0 && closest(scene, &shadow).distance < root(dot(to_light, to_light))) lit = 0;
    Vector seen = times(own, (0.2 + 0.8 * lit) * (1 - mirror - glass));
    if (bounces == 0) return seen;
    if (mirror > 0) {
        Vector way = minus(r->way, times(normal, 2 * dot(r->way, normal)));
        Ray next = ray(plus(place, times(normal, 1e-4)), unit(way));
        seen = plus(seen, times(colour(scene, &next, bounces - 1), mirror));
    }
    if (glass > 0) {
        Ray next = ray(plus(place, times(normal, -1e-4)), unit(bent(r->way, normal, inside ? 1.5 : 1 / 1.5)));
        seen = plus(seen, times(shaded(colour(scene, &next, bounces - 1), own), glass));
    }
    return seen;
}

static double draw(uint64_t *random, double from, double to) {
    return from + (to - from) * (double)(next_random(random) >> 40) / (double)(1 << 24);
}

static void fill(Scene *scene, int count) {
    uint64_t random = 11;
    for (int i = 0; i < count; i++) {
        Sphere *s = &scene->spheres[i];
        s->radius = draw(&random, 0.1, 0.5);
        s->centre.x = draw(&random, -6, 6);
        s->centre.y = s->radius + draw(&random, 0, 2);
        s->centre.z = draw(&random, -2, 12);
        s->colour.x = draw(&random, 0.2, 1);
        s->colour.y = draw(&random, 0.2, 1);
        s->colour.z = draw(&random, 0.2, 1);
        s->mirror = i % 3 == 0 ? 0.6 : 0.05;
        s->glass = i % 5 == 1 ? 0.8 : 0;
    }
    grow(scene, 0, count);
}

// A picture of `n` times `n` points.
uint64_t ray_tracer(uint64_t n) {
    enum { SPHERES = 150 };
    Scene scene = {malloc(SPHERES * sizeof(Sphere)), malloc(2 * SPHERES * sizeof(Node)), 0};
    if (!scene.spheres || !scene.nodes) abort();
    fill(&scene, SPHERES);
    uint64_t all = MIX_START;
    Vector eye = vector(0, 2, -8);
    for (uint64_t y = 0; y < n; y++) {
        for (uint64_t x = 0; x < n; x++) {
            double across = ((double)x + 0.5) / (double)n * 2 - 1, down = ((double)y + 0.5) / (double)n * 2 - 1;
            Ray first = ray(eye, unit(vector(across, -down, 2)));
            Vector seen = colour(&scene, &first, BOUNCES);
            all = mix(mix(mix(all, bits_of(seen.x)), bits_of(seen.y)), bits_of(seen.z));
        }
    }
    free(scene.spheres), free(scene.nodes);
    return all;
}
