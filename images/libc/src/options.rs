//! `getopt` and `getopt_long`, as glibc has them: arguments that are no options are moved
//! behind those that are.

use core::ffi::c_int;
use core::ptr::{null, null_mut};

use crate::stdio;
use crate::strings::{strchr, strlen, strncmp};

#[unsafe(no_mangle)]
static mut optarg: *mut u8 = null_mut();
#[unsafe(no_mangle)]
static mut optind: c_int = 1;
#[unsafe(no_mangle)]
static mut opterr: c_int = 1;
#[unsafe(no_mangle)]
static mut optopt: c_int = b'?' as c_int;

/// `struct option`.
#[repr(C)]
pub struct LongOption {
    name: *const u8,
    has_argument: c_int,
    flag: *mut c_int,
    value: c_int,
}

const NO_ARGUMENT: c_int = 0;
const REQUIRED_ARGUMENT: c_int = 1;
const END: c_int = -1;

/// The rest of a group of short options in one argument; null at its end.
static mut GROUP: *mut u8 = null_mut();

/// Says on standard error what is wrong with an option.
unsafe fn complain(program: *const u8, parts: [&[u8]; 3]) {
    // SAFETY: the program's name has a NUL; one thread reads options.
    unsafe {
        if opterr == 0 {
            return;
        }
        stdio::flush_all();
        let say = |text: *const u8, len: usize| {
            crate::stdio::descriptor::write(2, text, len);
        };
        say(program, strlen(program));
        for part in parts {
            say(part.as_ptr(), part.len());
        }
    }
}

unsafe fn bytes<'a>(text: *const u8, len: usize) -> &'a [u8] {
    // SAFETY: so many bytes of a text, says the caller.
    unsafe { core::slice::from_raw_parts(text, len) }
}

/// Whether an argument is an option: a dash with something behind it.
unsafe fn is_option(argument: *const u8) -> bool {
    // SAFETY: an argument has a NUL, which the first test stops at.
    unsafe { *argument == b'-' && *argument.add(1) != 0 }
}

/// Brings the next option to `optind`, moving what stands before it behind it, or finds that
/// there is none; then what is no option begins at `optind`.
unsafe fn advance(count: c_int, arguments: *mut *mut u8, stop_early: bool) -> bool {
    // SAFETY: `optind` and `count` are places in the arguments; one thread reads options.
    unsafe {
        let mut at = optind;
        while at < count && !is_option(*arguments.add(at as usize)) {
            if stop_early {
                return false;
            }
            at += 1;
        }
        if at >= count {
            return false;
        }
        bring(arguments, at);
        let argument = *arguments.add(optind as usize);
        if *argument.add(1) == b'-' && *argument.add(2) == 0 {
            optind += 1;
            return false;
        }
        true
    }
}

/// Moves the argument at `from` down to `optind`.
unsafe fn bring(arguments: *mut *mut u8, from: c_int) {
    // SAFETY: from `optind` to `from` are places in the arguments.
    unsafe {
        let argument = *arguments.add(from as usize);
        let mut at = from;
        while at > optind {
            *arguments.add(at as usize) = *arguments.add(at as usize - 1);
            at -= 1;
        }
        *arguments.add(optind as usize) = argument;
    }
}

/// Takes the argument of an option: the rest of its own, or the next one. That one may stand
/// behind what is no option, since the option itself was moved.
unsafe fn take_next(count: c_int, arguments: *mut *mut u8, gap: c_int) -> bool {
    // SAFETY: the place is before `count`, just compared.
    unsafe {
        if optind + gap >= count {
            return false;
        }
        bring(arguments, optind + gap);
        optarg = *arguments.add(optind as usize);
        optind += 1;
        true
    }
}

unsafe fn short(
    count: c_int,
    arguments: *mut *mut u8,
    options: *const u8,
    quiet: bool,
    gap: c_int,
) -> c_int {
    // SAFETY: in a group of options there is one more, and a NUL behind the last.
    unsafe {
        let option = *GROUP;
        GROUP = GROUP.add(1);
        let last = *GROUP == 0;
        let known = if option == b':' { null_mut() } else { strchr(options, c_int::from(option)) };
        if last {
            optind += 1;
        }
        let mut result = c_int::from(option);
        let program = *arguments;
        if known.is_null() {
            optopt = result;
            if !quiet {
                complain(program, [b": invalid option -- '", &[option], b"'\n"]);
            }
            result = c_int::from(b'?');
        } else if *known.add(1) == b':' {
            if !last {
                optarg = GROUP;
                optind += 1;
            } else if *known.add(2) != b':' && !take_next(count, arguments, gap) {
                optopt = result;
                if !quiet {
                    complain(program, [b": option requires an argument -- '", &[option], b"'\n"]);
                }
                result = c_int::from(if quiet { b':' } else { b'?' });
            }
            GROUP = null_mut();
            return result;
        }
        if last {
            GROUP = null_mut();
        }
        result
    }
}

unsafe fn long(
    count: c_int,
    arguments: *mut *mut u8,
    list: *const LongOption,
    index: *mut c_int,
    quiet: bool,
    gap: c_int,
) -> c_int {
    // SAFETY: the argument begins with two dashes and has a NUL; the list ends in an empty entry.
    unsafe {
        let name = (*arguments.add(optind as usize)).add(2);
        let end = crate::strings::strchrnul(name, c_int::from(b'='));
        let len = end.offset_from(name) as usize;
        let program = *arguments;
        let (mut found, mut matches) = (null::<LongOption>(), 0);
        let mut at = list;
        while !(*at).name.is_null() {
            if strncmp((*at).name, name, len) == 0 {
                found = at;
                matches += 1;
                if strlen((*at).name) == len {
                    matches = 1;
                    break;
                }
            }
            at = at.add(1);
        }
        optind += 1;
        optopt = 0;
        let text = bytes(name, len);
        if matches != 1 {
            if !quiet {
                let what: &[u8] =
                    if matches == 0 { b": unrecognized option '--" } else { b": option '--" };
                let tail: &[u8] = if matches == 0 { b"'\n" } else { b"' is ambiguous\n" };
                let whole = if matches == 0 { bytes(name, strlen(name)) } else { text };
                complain(program, [what, whole, tail]);
            }
            return c_int::from(b'?');
        }
        let option = &*found;
        let whole = bytes(option.name, strlen(option.name));
        if *end == b'=' {
            if option.has_argument == NO_ARGUMENT {
                optopt = option.value;
                if !quiet {
                    complain(program, [b": option '--", whole, b"' doesn't allow an argument\n"]);
                }
                return c_int::from(b'?');
            }
            optarg = end.add(1);
        } else if option.has_argument == REQUIRED_ARGUMENT && !take_next(count, arguments, gap) {
            optopt = option.value;
            if !quiet {
                complain(program, [b": option '--", whole, b"' requires an argument\n"]);
            }
            return c_int::from(if quiet { b':' } else { b'?' });
        }
        if !index.is_null() {
            *index = found.offset_from(list) as c_int;
        }
        if option.flag.is_null() {
            return option.value;
        }
        *option.flag = option.value;
        0
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getopt_long(
    count: c_int,
    arguments: *mut *mut u8,
    options: *const u8,
    list: *const LongOption,
    index: *mut c_int,
) -> c_int {
    // SAFETY: the caller's: arguments, options and list as POSIX and GNU have them; one thread
    // reads options.
    unsafe {
        let mut options = options;
        // 0 begins anew.
        if optind == 0 {
            optind = 1;
            GROUP = null_mut();
        }
        optarg = null_mut();
        let stop_early = *options == b'+';
        if stop_early {
            options = options.add(1);
        }
        let quiet = *options == b':';
        // How many arguments that are no options the option was moved over.
        let mut gap = 0;
        if GROUP.is_null() {
            let mut ahead = optind;
            while ahead < count && !is_option(*arguments.add(ahead as usize)) {
                ahead += 1;
            }
            gap = ahead - optind;
            if !advance(count, arguments, stop_early) {
                return END;
            }
            let argument = *arguments.add(optind as usize);
            if *argument.add(1) == b'-' && !list.is_null() {
                return long(count, arguments, list, index, quiet, gap);
            }
            GROUP = argument.add(1);
            SKIPPED = gap;
        } else if !stop_early {
            gap = SKIPPED;
        }
        short(count, arguments, options, quiet, gap)
    }
}

/// What the group that is being read was moved over.
static mut SKIPPED: c_int = 0;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getopt(
    count: c_int,
    arguments: *mut *mut u8,
    options: *const u8,
) -> c_int {
    // SAFETY: as for `getopt_long`, without a list.
    unsafe { getopt_long(count, arguments, options, null(), null_mut()) }
}
