// What the files of this program share.
typedef struct shape shape;
struct shape { double (*area)(const shape *); double size; const char *name; };

extern int shared, made, tentative;
extern const char *const title;
extern void (*const callbacks[2])(int);

shape *make_square(double size);
shape *make_circle(double size);
void grow(shape **list, int n, double by);
const char *name_of(const shape *s);
int bump(void);
int twice(int x);

static inline int same_name(const shape *a, const shape *b) { return name_of(a) == name_of(b); }
