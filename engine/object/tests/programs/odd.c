// A type that no register of ours holds.
long double twice(long double v) { return v * 2; }
