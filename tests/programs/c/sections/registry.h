struct command {
    const char *name;
    int (*run)(int);
    char letter;
};
#define COMMAND(name, letter)                                                              \
    static int run_##name(int);                                                            \
    static struct command command_##name                                                   \
        __attribute__((used, retain, section("commands"))) = {#name, run_##name, letter};  \
    static int run_##name(int x)
