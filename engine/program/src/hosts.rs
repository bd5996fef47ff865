//! Functions that the machine supplies.

/// Their names (docs/design/programs.md, "Host calls").
pub const HOST_CALLS: &[&str] = &[
    "bf_write",
    "bf_read",
    "bf_open",
    "bf_close",
    "bf_write_at",
    "bf_read_at",
    "bf_seek",
    "bf_resize",
    "bf_sync",
    "bf_duplicate",
    "bf_flags",
    "bf_status",
    "bf_path",
    "bf_list",
    "bf_rename",
    "bf_remove",
    "bf_make_folder",
    "bf_map",
    "bf_terminal",
    "bf_grow",
    "bf_clock",
    "bf_date",
    "bf_cpuid",
    "bf_raised",
    "bf_exit",
    "bf_abort",
    "bf_cores",
    "bf_core",
    "bf_start",
    "bf_wait",
    "bf_wake",
    "bf_thread",
    "bf_call",
    "bf_leave",
    "bf_catch",
    "bf_throw",
];

/// Whether the machine supplies the function called `name`.
pub fn is_host_call(name: &str) -> bool {
    HOST_CALLS.contains(&name)
}
