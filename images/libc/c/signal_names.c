// What signals are called: glibc's texts.
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { KNOWN = 32, REAL_TIME = 34, ROOM = 40 };
char *__bf_signal_text(void); // of the thread, as many bytes (c/threads.c)

static const struct {
    const char *name, *text;
} signals[KNOWN] = {
    [SIGHUP] = {"HUP", "Hangup"},
    [SIGINT] = {"INT", "Interrupt"},
    [SIGQUIT] = {"QUIT", "Quit"},
    [SIGILL] = {"ILL", "Illegal instruction"},
    [SIGTRAP] = {"TRAP", "Trace/breakpoint trap"},
    [SIGABRT] = {"ABRT", "Aborted"},
    [SIGBUS] = {"BUS", "Bus error"},
    [SIGFPE] = {"FPE", "Floating point exception"},
    [SIGKILL] = {"KILL", "Killed"},
    [SIGUSR1] = {"USR1", "User defined signal 1"},
    [SIGSEGV] = {"SEGV", "Segmentation fault"},
    [SIGUSR2] = {"USR2", "User defined signal 2"},
    [SIGPIPE] = {"PIPE", "Broken pipe"},
    [SIGALRM] = {"ALRM", "Alarm clock"},
    [SIGTERM] = {"TERM", "Terminated"},
    [SIGSTKFLT] = {"STKFLT", "Stack fault"},
    [SIGCHLD] = {"CHLD", "Child exited"},
    [SIGCONT] = {"CONT", "Continued"},
    [SIGSTOP] = {"STOP", "Stopped (signal)"},
    [SIGTSTP] = {"TSTP", "Stopped"},
    [SIGTTIN] = {"TTIN", "Stopped (tty input)"},
    [SIGTTOU] = {"TTOU", "Stopped (tty output)"},
    [SIGURG] = {"URG", "Urgent I/O condition"},
    [SIGXCPU] = {"XCPU", "CPU time limit exceeded"},
    [SIGXFSZ] = {"XFSZ", "File size limit exceeded"},
    [SIGVTALRM] = {"VTALRM", "Virtual timer expired"},
    [SIGPROF] = {"PROF", "Profiling timer expired"},
    [SIGWINCH] = {"WINCH", "Window changed"},
    [SIGIO] = {"POLL", "I/O possible"},
    [SIGPWR] = {"PWR", "Power failure"},
    [SIGSYS] = {"SYS", "Bad system call"},
};

const char *sigabbrev_np(int signal) { return signal > 0 && signal < KNOWN ? signals[signal].name : NULL; }

const char *sigdescr_np(int signal) { return signal > 0 && signal < KNOWN ? signals[signal].text : NULL; }

// Until the thread's next such call, if the signal has no text of its own.
char *strsignal(int signal) {
    char *unknown = __bf_signal_text();
    const char *known = sigdescr_np(signal);
    if (known) return (char *)known;
    if (signal >= REAL_TIME && signal <= REAL_TIME + 30) {
        snprintf(unknown, ROOM, "Real-time signal %d", signal - REAL_TIME);
    } else {
        snprintf(unknown, ROOM, "Unknown signal %d", signal);
    }
    return unknown;
}

// To standard error; glibc has no text of real-time signals here.
void psignal(int signal, const char *before) {
    const char *text = sigdescr_np(signal), *between = before && *before ? ": " : "";
    if (!*between) before = "";
    if (text) {
        fprintf(stderr, "%s%s%s\n", before, between, text);
    } else {
        fprintf(stderr, "%s%sUnknown signal %d\n", before, between, signal);
    }
}
