//! Images, made and booted: by hand, of the modules, of the programs, of random programs.

mod by_hand;
mod command;
mod figures;
mod inputs;
mod large;
mod modules;
mod policies;
mod programs;
mod random;
mod support;
mod threads;
mod verify;

#[test]
#[ignore = "run by other tests, as a child process"]
fn grow_child() {
    support::child();
}
