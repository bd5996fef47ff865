//! An interpreter: tokenizer, parser, compiler to bytecode and a machine that runs it.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use support::println;

support::entry!(run);

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Number(i64),
    Name(String),
    Symbol(char),
}

#[derive(Debug)]
enum Expr {
    Number(i64),
    Name(String),
    Binary(char, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Push(i64),
    Load(usize),
    Binary(char),
    JumpIfZero(usize),
    Jump(usize),
    Call(usize, usize),
    Return,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut list = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(&c) = rest.peek() {
        let mut take = |keep: fn(char) -> bool| {
            let mut word = String::new();
            while let Some(c) = rest.next_if(|c| keep(*c)) {
                word.push(c);
            }
            word
        };
        match c {
            ' ' => {
                take(|c| c == ' ');
            }
            '0'..='9' => list.push(Token::Number(take(|c| c.is_ascii_digit()).parse().map_err(|_| "number too large")?)),
            'a'..='z' => list.push(Token::Name(take(|c| c.is_ascii_lowercase()))),
            '+' | '-' | '*' | '/' | '%' | '<' | '=' | '(' | ')' | ',' | '?' | ':' => {
                list.push(Token::Symbol(c));
                rest.next();
            }
            other => return Err(alloc::format!("unexpected {other:?}")),
        }
    }
    Ok(list)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn symbol(&mut self, c: char) -> bool {
        let found = self.tokens.get(self.at) == Some(&Token::Symbol(c));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.symbol(c) { Ok(()) } else { Err(alloc::format!("expected {c:?} at token {}", self.at)) }
    }

    fn expr(&mut self, least: u8) -> Result<Expr, String> {
        let mut left = match self.tokens.get(self.at).cloned() {
            Some(Token::Number(n)) => {
                self.at += 1;
                Expr::Number(n)
            }
            Some(Token::Name(name)) => {
                self.at += 1;
                if self.symbol('(') {
                    let mut args = Vec::new();
                    while !self.symbol(')') {
                        args.push(self.expr(0)?);
                        if !self.symbol(',') {
                            self.expect(')')?;
                            break;
                        }
                    }
                    Expr::Call(name, args)
                } else {
                    Expr::Name(name)
                }
            }
            Some(Token::Symbol('(')) => {
                self.at += 1;
                let inner = self.expr(0)?;
                self.expect(')')?;
                inner
            }
            other => return Err(alloc::format!("unexpected {other:?}")),
        };
        while let Some(Token::Symbol(c)) = self.tokens.get(self.at).cloned() {
            let strength = match c {
                '?' => 1,
                '<' | '=' => 2,
                '+' | '-' => 3,
                '*' | '/' | '%' => 4,
                _ => break,
            };
            if strength <= least {
                break;
            }
            self.at += 1;
            left = if c == '?' {
                let yes = self.expr(0)?;
                self.expect(':')?;
                Expr::If(Box::new(left), Box::new(yes), Box::new(self.expr(0)?))
            } else {
                Expr::Binary(c, Box::new(left), Box::new(self.expr(strength)?))
            };
        }
        Ok(left)
    }
}

#[derive(Default)]
struct Program {
    functions: BTreeMap<String, (usize, usize)>,
    code: Vec<Op>,
}

impl Program {
    fn define(&mut self, name: &str, params: &[&str], body: &str) -> Result<(), String> {
        let mut parser = Parser { tokens: tokens(body)?, at: 0 };
        let expr = parser.expr(0)?;
        if parser.at < parser.tokens.len() {
            return Err(alloc::format!("left over: {:?}", &parser.tokens[parser.at..]));
        }
        self.functions.insert(name.to_string(), (self.code.len(), params.len()));
        self.compile(&expr, params)?;
        self.code.push(Op::Return);
        Ok(())
    }

    fn compile(&mut self, expr: &Expr, params: &[&str]) -> Result<(), String> {
        match expr {
            Expr::Number(n) => self.code.push(Op::Push(*n)),
            Expr::Name(name) => {
                let place = params.iter().position(|p| p == name).ok_or_else(|| alloc::format!("unknown {name}"))?;
                self.code.push(Op::Load(place));
            }
            Expr::Binary(op, a, b) => {
                self.compile(a, params)?;
                self.compile(b, params)?;
                self.code.push(Op::Binary(*op));
            }
            Expr::Call(name, args) => {
                args.iter().try_for_each(|arg| self.compile(arg, params))?;
                let (place, count) = *self.functions.get(name).ok_or_else(|| alloc::format!("no function {name}"))?;
                if count != args.len() {
                    return Err(alloc::format!("{name} takes {count}"));
                }
                self.code.push(Op::Call(place, count));
            }
            Expr::If(test, yes, no) => {
                self.compile(test, params)?;
                let skip = self.code.len();
                self.code.push(Op::Return);
                self.compile(yes, params)?;
                let end = self.code.len();
                self.code.push(Op::Return);
                self.code[skip] = Op::JumpIfZero(self.code.len());
                self.compile(no, params)?;
                self.code[end] = Op::Jump(self.code.len());
            }
        }
        Ok(())
    }

    fn run(&self, name: &str, args: &[i64]) -> Result<(i64, u64), String> {
        let mut stack = args.to_vec();
        let mut frames = alloc::vec![(usize::MAX, 0usize)];
        let mut at = self.functions[name].0;
        let mut steps = 0;
        loop {
            steps += 1;
            let base = frames.last().map_or(0, |f| f.1);
            let op = self.code[at];
            at += 1;
            match op {
                Op::Push(n) => stack.push(n),
                Op::Load(place) => stack.push(stack[base + place]),
                Op::Binary(c) => {
                    let (b, a) = (stack.pop().ok_or("empty")?, stack.pop().ok_or("empty")?);
                    stack.push(match c {
                        '+' => a.wrapping_add(b),
                        '-' => a.wrapping_sub(b),
                        '*' => a.wrapping_mul(b),
                        '/' => a.checked_div(b).ok_or("division by zero")?,
                        '%' => a.checked_rem(b).ok_or("division by zero")?,
                        '<' => i64::from(a < b),
                        _ => i64::from(a == b),
                    });
                }
                Op::JumpIfZero(to) => at = if stack.pop() == Some(0) { to } else { at },
                Op::Jump(to) => at = to,
                Op::Call(to, count) => {
                    if frames.len() > 1000 {
                        return Err("too deep".into());
                    }
                    frames.push((at, stack.len() - count));
                    at = to;
                }
                Op::Return => {
                    let result = stack.pop().ok_or("empty")?;
                    let (back, base) = frames.pop().ok_or("no frame")?;
                    stack.truncate(base);
                    stack.push(result);
                    if back == usize::MAX {
                        return Ok((result, steps));
                    }
                    at = back;
                }
            }
        }
    }
}

fn run() -> i32 {
    let mut program = Program::default();
    let sources: [(&str, &[&str], &str); 9] = [
        ("square", &["x"], "x * x"),
        ("fact", &["n"], "n < 2 ? 1 : n * fact(n - 1)"),
        ("fib", &["n"], "n < 2 ? n : fib(n - 1) + fib(n - 2)"),
        ("gcd", &["a", "b"], "b = 0 ? a : gcd(b, a % b)"),
        ("poly", &["x"], "square(x) * 3 - (x + 7) / 2 * (1 + 2)"),
        ("bad", &["x"], "x + y"),
        ("worse", &["x"], "(x + 1"),
        ("wrong", &["x"], "square(x, x)"),
        ("odd", &["x"], "x $ 2"),
    ];
    for (name, params, body) in sources {
        // A function that calls itself has to be known before its body is read.
        program.functions.insert(name.into(), (program.code.len(), params.len()));
        if let Err(why) = program.define(name, params, body) {
            println!("{name}: {why}");
        }
    }
    for (name, args) in [("square", &[12][..]), ("fact", &[15]), ("fib", &[18]), ("gcd", &[1071, 462]), ("poly", &[9])] {
        println!("{name}{args:?} = {:?}", program.run(name, args));
    }
    println!("{:?}", program.run("gcd", &[5, 0]));
    println!("{:?}", program.run("fact", &[5000]));
    program.code.len() as i32
}
