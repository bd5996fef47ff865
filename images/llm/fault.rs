//! What may be wrong with what the program was given: one message with the file, the place and the cure.

use core::cell::Cell;

use crate::host::{self, Stream};
use crate::text;

/// The result of what can go wrong so.
pub type Checked<T> = Result<T, Fault>;

/// Something that keeps the program from going on. There is one at a time, so what it is lies in a place of its
/// own, and results are as small as if nothing could go wrong.
#[derive(Clone, Copy)]
pub struct Fault(());

/// What is wrong.
#[derive(Clone, Copy)]
struct Story {
    place: Place,
    what: &'static str,
    cure: &'static str,
}

struct Newest(Cell<Story>);

// SAFETY: only the first thread has faults: helpers multiply.
unsafe impl Sync for Newest {}

static NEWEST: Newest = Newest(Cell::new(Story { place: Place::Whole, what: "", cure: "" }));

/// A place in a file.
#[derive(Clone, Copy)]
pub enum Place {
    /// The file as a whole.
    Whole,
    /// So many bytes from its beginning.
    Byte(usize),
    /// What has this name in it.
    Name(&'static [u8]),
    /// A tensor of a layer.
    Layer(usize, &'static [u8]),
    /// A number that is given with it.
    Number(&'static [u8], u64),
}

/// What is wrong with a file that is cut off or changed.
pub const FETCH: &str = "the file is damaged or incomplete: fetch it again";
/// What is wrong with a model that is none of the kinds known here.
pub const CONVERT: &str =
    "convert the model to one of the forms that docs/language-models.md lists";

impl Fault {
    /// At `place` it is so, and whoever reads of it can do that.
    #[cold]
    #[inline(never)]
    pub fn new(place: Place, what: &'static str, cure: &'static str) -> Self {
        NEWEST.0.set(Story { place, what, cure });
        Self(())
    }

    /// Ends the program with this message about `file`.
    #[cold]
    #[inline(never)]
    pub fn end(self, file: &[u8]) -> ! {
        let Story { place, what, cure } = NEWEST.0.get();
        let out = Stream::Error;
        host::write(out, b"error: ");
        host::write(out, file);
        match place {
            Place::Whole => {}
            Place::Byte(at) => {
                host::write(out, b": byte ");
                text::number(out, at as u64);
            }
            Place::Name(name) => {
                host::write(out, b": ");
                host::write(out, name);
            }
            Place::Layer(layer, name) => {
                host::write(out, b": blk.");
                text::number(out, layer as u64);
                host::write(out, b".");
                host::write(out, name);
            }
            Place::Number(name, value) => {
                host::write(out, b": ");
                host::write(out, name);
                host::write(out, b" ");
                text::number(out, value);
            }
        }
        for part in [": ", what, "; ", cure, "\n"] {
            host::write(out, part.as_bytes());
        }
        host::exit(1)
    }
}
