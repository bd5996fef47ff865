//! Cranelift's settings: what each level asks of it, and which instructions it may use.

use alloc::string::{String, ToString};

use bareflow_profile::Level;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};

use bareflow_object::CpuFeatures;

use crate::crowded;

/// What distinguishes one Cranelift target from another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct IsaKey {
    cpu: CpuFeatures,
    optimise: bool,
    for_size: bool,
    in_order: bool,
}

impl IsaKey {
    pub(crate) fn new(cpu: CpuFeatures, level: Level, for_size: bool) -> Self {
        Self { cpu, optimise: level > Level::O0, for_size, in_order: false }
    }

    /// The target for a function: the same, or one that leaves operations in the program's order.
    pub(crate) fn suited_to(self, func: &Function) -> Self {
        let in_order = self.optimise && !self.for_size && crowded::is_crowded(func);
        Self { in_order, ..self }
    }

    /// Makes the target.
    pub(crate) fn build(self) -> Result<OwnedTargetIsa, String> {
        let mut shared = settings::builder();
        let opt_level = match (self.optimise && !self.in_order, self.for_size) {
            (false, _) => "none",
            (true, false) => "speed",
            (true, true) => "speed_and_size",
        };
        let choices = [
            // Not the PIC of shared libraries: names lie within reach, so their addresses are
            // computed from the program counter instead of read from a table.
            ("is_pic", "false"),
            // Library functions are program functions here, and lie within reach.
            ("use_colocated_libcalls", "true"),
            ("libcall_call_conv", "system_v"),
            ("enable_probestack", "false"),
            ("unwind_info", "false"),
            // Backtraces walk the frames, and variadic functions find their arguments from it.
            ("preserve_frame_pointers", "true"),
            ("opt_level", opt_level),
            ("regalloc_algorithm", if self.optimise { "backtracking" } else { "single_pass" }),
            // The verifier checks this crate, not the program.
            ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ];
        for (name, value) in choices {
            shared.set(name, value).map_err(|error| error.to_string())?;
        }
        let mut builder =
            isa::lookup_by_name("x86_64-unknown-none-elf").map_err(|error| error.to_string())?;
        for name in self.cpu.names() {
            // Features Cranelift has no use for have no setting.
            let _unknown = builder.set(&alloc::format!("has_{name}"), "true");
        }
        builder.finish(settings::Flags::new(shared)).map_err(|error| error.to_string())
    }
}
