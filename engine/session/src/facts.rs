//! What policies may ask about the programs: nothing of it is theirs to change.

use bareflow_ir::{FuncId, Module};
use bareflow_profile::FunctionProfile;

use crate::Manifest;
use crate::key::FuncKey;

/// The programs and the settings they run by.
pub(crate) trait Facts {
    /// The settings.
    fn manifest(&self) -> &Manifest;

    /// The code of a program.
    fn module(&self, image: u32) -> &Module;

    /// A function of a program by name.
    fn find(&self, image: u32, name: &str) -> Option<FuncId>;

    /// What a program is called.
    fn program(&self, image: u32) -> &str;

    /// Interpreted calls of a function so far.
    fn interpreted_calls(&self, key: FuncKey) -> u64;

    /// What the interpreter has counted for a function so far.
    fn interpreted(&self, key: FuncKey) -> FunctionProfile;

    /// Of that calls, rounds and blocks alone, which decisions go by.
    fn interpreted_blocks(&self, key: FuncKey) -> FunctionProfile;

    /// Frequency of the time-stamp counter in Hz.
    fn tsc_hz(&self) -> u64;

    /// If there is a compiler that nobody has named for the top level and that may do better there than
    /// the built-in one: nanoseconds that pass until it is ready for its first request.
    fn challenger(&self) -> Option<u64>;

    /// Whether the program goes on while something is compiled.
    fn compiles_beside(&self) -> bool;

    /// A function's name.
    fn name(&self, key: FuncKey) -> &str {
        &self.module(key.image).func(key.func).name
    }
}
