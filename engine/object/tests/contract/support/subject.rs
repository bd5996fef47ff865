//! The compilers that must keep the contract, and what each of them may leave to another one.

use std::path::Path;

use bareflow_cranelift::Cranelift;
use bareflow_hosted::Resident;
use bareflow_llvm::Llvm;
use bareflow_object::{CompileError, Compiler};
use bareflow_profile::Level;

/// A compiler under test.
pub struct Subject {
    pub compiler: Box<dyn Compiler>,
    /// The levels at which it makes different code.
    pub levels: &'static [Level],
    /// Words of what it may refuse.
    leaves: &'static [&'static str],
    /// Whether it makes code that counts itself.
    pub counts: bool,
}

/// All of them; LLVM only where it is built.
pub fn all() -> Vec<Subject> {
    let builtin = Subject {
        compiler: Box::new(Cranelift::new()),
        levels: &[Level::O0, Level::O1, Level::O2, Level::O3],
        leaves: &[],
        counts: true,
    };
    let mut all = vec![builtin];
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bareflow/compilers/llvm");
    match Resident::new(&file) {
        Ok(resident) => all.push(Subject {
            compiler: Box::new(Llvm::new(resident)),
            levels: &[Level::O3],
            // What it would pass to functions otherwise than the calling convention says, or compute
            // otherwise than the reference.
            leaves: &[
                "a result returned in memory",
                "an unusual vector passed to a function",
                "half-precision floats",
                "integers of unusual widths",
                "a variadic function entered at a loop",
                "a call of llvm.modf",
                // The programs here are not linked with the C library.
                "which is not linked",
            ],
            counts: false,
        }),
        Err(error) => eprintln!("LLVM is not tested: {}: {error}", file.display()),
    }
    all
}

impl Subject {
    /// Whether it may refuse so. That it fails is never right.
    pub fn may(&self, why: &CompileError) -> bool {
        let CompileError::Unsupported { what, .. } = why else { return false };
        self.leaves.iter().any(|known| what.contains(known))
    }

    /// Checks what it refused.
    pub fn check(&self, refused: &[CompileError], of: &str) {
        let wrong: Vec<_> = refused.iter().filter(|why| !self.may(why)).collect();
        assert!(wrong.is_empty(), "{} refuses of {of}: {wrong:?}", self.compiler.name());
    }
}
