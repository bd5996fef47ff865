//! Boxes, reference counts, weak links, cells, drop order, linked structures.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use core::mem;
use support::println;

support::entry!(run);

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Stack<T> {
    head: Option<Box<Node<T>>>,
    len: usize,
}

struct Node<T> {
    value: T,
    next: Option<Box<Node<T>>>,
}

impl<T> Stack<T> {
    fn push(&mut self, value: T) {
        self.head = Some(Box::new(Node { value, next: self.head.take() }));
        self.len += 1;
    }
    fn pop(&mut self) -> Option<T> {
        let node = self.head.take()?;
        self.head = node.next;
        self.len -= 1;
        Some(node.value)
    }
    fn reverse(&mut self) {
        let mut done = None;
        while let Some(mut node) = self.head.take() {
            self.head = mem::replace(&mut node.next, done);
            done = Some(node);
        }
        self.head = done;
    }
}

// A long chain would otherwise be dropped by recursion.
impl<T> Drop for Stack<T> {
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}

struct Tree {
    name: String,
    parent: RefCell<Weak<Tree>>,
    children: RefCell<Vec<Rc<Tree>>>,
    visits: Cell<u32>,
}

impl Tree {
    fn new(name: &str, children: Vec<Rc<Tree>>) -> Rc<Tree> {
        let tree = Rc::new(Tree { name: name.into(), parent: RefCell::default(), children: RefCell::new(children), visits: Cell::new(0) });
        for child in tree.children.borrow().iter() {
            *child.parent.borrow_mut() = Rc::downgrade(&tree);
        }
        tree
    }
    fn path(&self) -> String {
        self.visits.set(self.visits.get() + 1);
        match self.parent.borrow().upgrade() {
            Some(parent) => parent.path() + "/" + &self.name,
            None => self.name.clone(),
        }
    }
    fn total(&self) -> u32 {
        self.visits.get() + self.children.borrow().iter().map(|child| child.total()).sum::<u32>()
    }
}

fn make(flag: bool) -> Option<Loud> {
    let _guard = Loud("guard");
    let value = Loud("value");
    if flag {
        return None;
    }
    Some(value)
}

fn run() -> i32 {
    let _a = Loud("a");
    {
        let _b = Loud("b");
        let c = Loud("c");
        mem::drop(c);
        let _ = Loud("at once");
        println!("inner end");
    }
    let kept = make(false);
    println!("{} {}", kept.is_some(), make(true).is_none());
    let mut stack = Stack { head: None, len: 0 };
    for i in 0..100_000 {
        stack.push(i);
    }
    stack.reverse();
    println!("{:?} {:?} {}", stack.pop(), stack.pop(), stack.len);
    let leaf = Tree::new("leaf", Vec::new());
    let branch = Tree::new("branch", alloc::vec![Rc::clone(&leaf), Tree::new("twig", Vec::new())]);
    let root = Tree::new("root", alloc::vec![Rc::clone(&branch)]);
    println!("{} {}", leaf.path(), branch.children.borrow()[1].path());
    println!("{} {} {}", root.total(), Rc::strong_count(&leaf), Rc::weak_count(&branch));
    drop(root);
    println!("{} {}", branch.path(), branch.parent.borrow().upgrade().is_none());
    let cell = RefCell::new(alloc::vec![1]);
    {
        let first = cell.borrow();
        println!("{} {}", cell.try_borrow_mut().is_err(), first.len());
    }
    cell.borrow_mut().extend([2, 3]);
    println!("{:?} {:?}", cell.take(), cell);
    let once = OnceCell::new();
    println!("{} {} {:?}", once.get_or_init(|| 5), once.get_or_init(|| 6), once.set(7));
    let mut shared = Rc::new(String::from("cow"));
    let other = Rc::clone(&shared);
    Rc::make_mut(&mut shared).push('s');
    println!("{shared} {other}");
    println!("{:?}", Rc::try_unwrap(other));
    let parts = alloc::vec![Loud("x"), Loud("y"), Loud("z")];
    let mut iter = parts.into_iter();
    let second = iter.nth(1);
    drop(iter);
    println!("{}", second.as_ref().map_or("", |loud| loud.0));
    mem::forget(second);
    let raw = Box::into_raw(Box::new(41u64));
    // SAFETY: the pointer came from a box and goes back into one.
    let back = unsafe {
        *raw += 1;
        Box::from_raw(raw)
    };
    println!("end {back}");
    0
}
