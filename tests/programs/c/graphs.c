// Graphs: shortest paths with a heap and without, spanning tree, order, components, flow.
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { N = 40, M = 160 };
static int from[M], to[M], cost[M], head[N], next_edge[M];
static int all[N][N];

typedef struct { int distance, node; } item;
static item heap[M * 2];
static int heap_len;

static void heap_push(item x) {
    int i = heap_len++;
    for (; i && heap[(i - 1) / 2].distance > x.distance; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = x;
}

static item heap_pop(void) {
    item top = heap[0], x = heap[--heap_len];
    int i = 0;
    for (int c; (c = 2 * i + 1) < heap_len; i = c) {
        if (c + 1 < heap_len && heap[c + 1].distance < heap[c].distance) c++;
        if (heap[c].distance >= x.distance) break;
        heap[i] = heap[c];
    }
    heap[i] = x;
    return top;
}

static void dijkstra(int start, int *distance) {
    for (int i = 0; i < N; i++) distance[i] = INT_MAX;
    distance[start] = 0;
    heap_push((item){0, start});
    while (heap_len) {
        item x = heap_pop();
        if (x.distance > distance[x.node]) continue;
        for (int e = head[x.node]; e >= 0; e = next_edge[e])
            if (x.distance + cost[e] < distance[to[e]]) {
                distance[to[e]] = x.distance + cost[e];
                heap_push((item){distance[to[e]], to[e]});
            }
    }
}

static int parent[N];
static int find(int x) { return parent[x] == x ? x : (parent[x] = find(parent[x])); }

static int order[N], mark[N], ordered, cycles;
static void visit(int x) {
    mark[x] = 1;
    for (int e = head[x]; e >= 0; e = next_edge[e])
        if (mark[to[e]] == 1) cycles++;
        else if (!mark[to[e]]) visit(to[e]);
    mark[x] = 2;
    order[ordered++] = x;
}

static int residual[N][N];
static int augment(int x, int goal, int limit, char *seen) {
    if (x == goal) return limit;
    seen[x] = 1;
    for (int y = 0; y < N; y++)
        if (!seen[y] && residual[x][y] > 0) {
            int got = augment(y, goal, limit < residual[x][y] ? limit : residual[x][y], seen);
            if (got) {
                residual[x][y] -= got;
                residual[y][x] += got;
                return got;
            }
        }
    return 0;
}

int main(void) {
    unsigned seed = 11;
    memset(head, -1, sizeof head);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) all[i][j] = i == j ? 0 : INT_MAX / 2;
    for (int e = 0; e < M; e++) {
        seed = seed * 1664525u + 1013904223u;
        from[e] = (int)(seed >> 10) % N;
        to[e] = (int)(seed >> 20) % N;
        cost[e] = (int)(seed >> 4) % 50 + 1;
        next_edge[e] = head[from[e]];
        head[from[e]] = e;
        if (cost[e] < all[from[e]][to[e]]) all[from[e]][to[e]] = cost[e];
        residual[from[e]][to[e]] += cost[e];
    }
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                if (all[i][k] + all[k][j] < all[i][j]) all[i][j] = all[i][k] + all[k][j];
    int differ = 0, farthest = 0, reached = 0;
    for (int s = 0; s < N; s++) {
        int distance[N];
        dijkstra(s, distance);
        for (int i = 0; i < N; i++) {
            int known = all[s][i] >= INT_MAX / 2 ? INT_MAX : all[s][i];
            differ += known != distance[i];
            if (known != INT_MAX) reached++, farthest = known > farthest ? known : farthest;
        }
    }
    printf("%d differ, %d reached, farthest %d\n", differ, reached, farthest);
    int by_cost[M], tree = 0, edges = 0;
    for (int i = 0; i < M; i++) {
        int j = i;
        for (; j && cost[by_cost[j - 1]] > cost[i]; j--) by_cost[j] = by_cost[j - 1];
        by_cost[j] = i;
    }
    for (int i = 0; i < N; i++) parent[i] = i;
    for (int i = 0; i < M; i++) {
        int a = find(from[by_cost[i]]), b = find(to[by_cost[i]]);
        if (a != b) parent[a] = b, tree += cost[by_cost[i]], edges++;
    }
    printf("tree %d of %d edges\n", tree, edges);
    for (int i = 0; i < N; i++)
        if (!mark[i]) visit(i);
    printf("%d cycles, order", cycles);
    for (int i = N; i-- > N - 10;) printf(" %d", order[i]);
    int flow = 0, got;
    char seen[N];
    while (memset(seen, 0, sizeof seen), (got = augment(0, N - 1, INT_MAX, seen))) flow += got;
    printf("\nflow %d\n", flow);
    return differ;
}
