//! Trait objects: dispatch, supertraits, downcasting, boxed closures, dynamic slices.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::{Cell, RefCell};
use support::println;

support::entry!(run);

trait Named {
    fn name(&self) -> &str;
}

trait Animal: Named + Any {
    fn sound(&self) -> String;
    fn legs(&self) -> u32 {
        4
    }
    fn as_any(&self) -> &dyn Any;
}

struct Dog(String);
struct Bird {
    name: &'static str,
    songs: Cell<u32>,
}

impl Named for Dog {
    fn name(&self) -> &str {
        &self.0
    }
}

impl Named for Bird {
    fn name(&self) -> &str {
        self.name
    }
}

impl Animal for Dog {
    fn sound(&self) -> String {
        "woof".into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Animal for Bird {
    fn sound(&self) -> String {
        self.songs.set(self.songs.get() + 1);
        "tweet ".repeat(self.songs.get() as usize)
    }
    fn legs(&self) -> u32 {
        2
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for Dog {
    fn drop(&mut self) {
        println!("{} goes home", self.0);
    }
}

trait Visitor {
    fn number(&mut self, value: i64);
    fn operation(&mut self, op: char, left: &Node, right: &Node);
}

enum Node {
    Number(i64),
    Operation(char, Box<Node>, Box<Node>),
}

impl Node {
    fn accept(&self, visitor: &mut dyn Visitor) {
        match self {
            Node::Number(value) => visitor.number(*value),
            Node::Operation(op, left, right) => visitor.operation(*op, left, right),
        }
    }
}

struct Evaluate(Vec<i64>);
struct Print(String);

impl Visitor for Evaluate {
    fn number(&mut self, value: i64) {
        self.0.push(value);
    }
    fn operation(&mut self, op: char, left: &Node, right: &Node) {
        left.accept(self);
        right.accept(self);
        let (b, a) = (self.0.pop().unwrap(), self.0.pop().unwrap());
        self.0.push(match op {
            '+' => a + b,
            '*' => a * b,
            _ => a - b,
        });
    }
}

impl Visitor for Print {
    fn number(&mut self, value: i64) {
        self.0 += &alloc::format!("{value}");
    }
    fn operation(&mut self, op: char, left: &Node, right: &Node) {
        self.0.push('(');
        left.accept(self);
        self.0.push(op);
        right.accept(self);
        self.0.push(')');
    }
}

type Callback = Box<dyn FnMut(i32) -> i32>;

fn listeners() -> Vec<Callback> {
    let log = Rc::new(RefCell::new(Vec::new()));
    let mut list: Vec<Callback> = Vec::new();
    for factor in 1..4 {
        let log = Rc::clone(&log);
        let mut calls = 0;
        list.push(Box::new(move |x| {
            calls += 1;
            log.borrow_mut().push(x * factor);
            x * factor + calls + log.borrow().len() as i32
        }));
    }
    list
}

fn run() -> i32 {
    let zoo: Vec<Box<dyn Animal>> =
        alloc::vec![Box::new(Dog("Rex".into())), Box::new(Bird { name: "Pip", songs: Cell::new(0) }), Box::new(Dog("Bo".into()))];
    let mut legs = 0;
    for round in 0..2 {
        for animal in &zoo {
            println!("{round} {} says {}", animal.name(), animal.sound());
            legs += animal.legs();
        }
    }
    let birds = zoo.iter().filter(|animal| animal.as_any().is::<Bird>()).count();
    let songs = zoo[1].as_any().downcast_ref::<Bird>().map_or(0, |bird| bird.songs.get());
    println!("{legs} {birds} {songs}");
    let number = |n| Box::new(Node::Number(n));
    let tree = Node::Operation('*', Box::new(Node::Operation('+', number(2), number(3))), Box::new(Node::Operation('-', number(10), number(4))));
    let (mut value, mut text) = (Evaluate(Vec::new()), Print(String::new()));
    tree.accept(&mut value);
    tree.accept(&mut text);
    println!("{} = {:?}", text.0, value.0);
    let mut list = listeners();
    let results: Vec<i32> = (1..6).flat_map(|x| list.iter_mut().map(|f| f(x)).collect::<Vec<_>>()).collect();
    println!("{results:?}");
    let shared: Rc<dyn Named> = Rc::new(Dog("Shared".into()));
    let other = Rc::clone(&shared);
    println!("{} {} {}", shared.name(), Rc::strong_count(&other), size_of_val(&*shared) == size_of::<String>());
    legs as i32
}
