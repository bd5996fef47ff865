//! What the machine works on.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

/// A number, or what is made of them.
#[derive(Clone, Debug)]
pub enum Value {
    Nothing,
    Number(i64),
    Text(Rc<str>),
    List(Rc<RefCell<Vec<Value>>>),
    Table(Rc<RefCell<BTreeMap<Rc<str>, Value>>>),
    Function(usize),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => write!(f, "nothing"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text}"),
            Self::List(list) => f.debug_list().entries(list.borrow().iter().map(Shown)).finish(),
            Self::Table(table) => {
                let table = table.borrow();
                f.debug_map().entries(table.iter().map(|(key, value)| (key, Shown(value)))).finish()
            }
            Self::Function(index) => write!(f, "function {index}"),
        }
    }
}

/// A value inside another.
struct Shown<'a>(&'a Value);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)
    }
}
