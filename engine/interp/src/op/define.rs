//! The macro that defines handlers.

/// Goes on with another instruction.
macro_rules! next {
    ($ip:expr, $fp:expr, $cx:expr, $acc:expr, $f:expr, $s:expr) => {{
        let ip: $crate::machine::Ip = $ip;
        ((*ip).op.handler)(ip, $fp, $cx, $acc, $f, $s)
    }};
}
pub(crate) use next;

/// Defines handlers. Their bodies are unsafe code under the contract of
/// [`crate::machine::Handler`]: engine invariants 1 to 5.
macro_rules! handlers {
    ($($(#[$meta:meta])* fn $name:ident $(<$($g:ident $(: $b:path)?),*>)? $([const $c:ident: usize])?
        ($ip:ident, $fp:ident, $cx:ident, $acc:ident, $f:ident, $s:ident) $body:block)*) => {$(
        $(#[$meta])*
        pub(crate) unsafe extern "sysv64" fn $name<$($($g $(: $b)?,)*)? $(const $c: usize)?>(
            $ip: $crate::machine::Ip,
            $fp: $crate::machine::Fp,
            $cx: $crate::machine::Cx,
            $acc: u64,
            $f: f64,
            $s: f32,
        ) {
            // SAFETY: engine invariants 1 to 5, which are the contract of every handler.
            unsafe { $body }
        }
    )*};
}
pub(crate) use handlers;
