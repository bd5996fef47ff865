// What both files share.
int overridden(void);
int (*other_overridden(void))(void);
int here(void);
int there(void);
int elsewhere(int);
inline __attribute__((weak)) int in_both(int x) { return x << 4; }
