//! From a tree to code.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::Result;
use crate::parser::Tree;
use crate::value::Value;

/// One instruction; what it names is an index.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Op {
    Constant(usize),
    Local(usize),
    SetLocal(usize),
    Global(usize),
    SetGlobal(usize),
    MakeList(usize),
    MakeTable(usize),
    Two(&'static str),
    Negate,
    Not,
    At,
    SetAt,
    Call(usize),
    Jump(usize),
    JumpUnless(usize),
    Drop,
    Return,
}

/// Functions that are always there.
pub const BUILT_IN: [&str; 6] = ["length", "push", "text", "keys", "has", "code"];

/// Code of a function.
#[derive(Debug)]
pub struct Function {
    pub parameters: usize,
    /// Values that the frame holds, parameters included.
    pub locals: usize,
    pub code: Vec<Op>,
}

/// What is compiled so far.
#[derive(Default)]
pub struct Compiler {
    pub functions: Vec<Function>,
    pub constants: Vec<Value>,
    pub globals: Vec<String>,
}

/// The function that is being compiled; no names of locals: the outermost code.
pub struct Scope {
    pub names: Option<Vec<String>>,
    pub most: usize,
    pub code: Vec<Op>,
}

impl Compiler {
    fn constant(&mut self, value: Value) -> Op {
        self.constants.push(value);
        Op::Constant(self.constants.len() - 1)
    }

    fn global(&mut self, name: &str) -> usize {
        let found = self.globals.iter().position(|known| known == name);
        found.unwrap_or_else(|| {
            self.globals.push(name.to_string());
            self.globals.len() - 1
        })
    }

    fn local(scope: &Scope, name: &str) -> Option<usize> {
        scope.names.as_ref()?.iter().rposition(|known| known == name)
    }

    fn all(&mut self, scope: &mut Scope, list: &[Tree]) -> Result<()> {
        list.iter().try_for_each(|tree| self.value(scope, tree))
    }

    /// Code that leaves the value of an expression on the stack.
    fn value(&mut self, scope: &mut Scope, tree: &Tree) -> Result<()> {
        let op = match tree {
            Tree::Number(number) => self.constant(Value::Number(*number)),
            Tree::Text(text) => self.constant(Value::Text(text.clone())),
            Tree::Name(name) => match Self::local(scope, name) {
                Some(place) => Op::Local(place),
                None => Op::Global(self.global(name)),
            },
            Tree::List(list) => {
                self.all(scope, list)?;
                Op::MakeList(list.len())
            }
            Tree::Table(list) => {
                for (key, value) in list {
                    self.value(scope, key)?;
                    self.value(scope, value)?;
                }
                Op::MakeTable(list.len())
            }
            Tree::Two(sign @ ("&&" | "||"), left, right) => {
                return self.either(scope, sign, left, right);
            }
            Tree::Two(sign, left, right) => {
                self.value(scope, left)?;
                self.value(scope, right)?;
                Op::Two(sign)
            }
            Tree::One(sign, inner) => {
                self.value(scope, inner)?;
                if *sign == "-" { Op::Negate } else { Op::Not }
            }
            Tree::At(of, index) => {
                self.value(scope, of)?;
                self.value(scope, index)?;
                Op::At
            }
            Tree::Call(function, arguments) => {
                self.value(scope, function)?;
                self.all(scope, arguments)?;
                Op::Call(arguments.len())
            }
            other => return Err(format!("{other:?} has no value")),
        };
        scope.code.push(op);
        Ok(())
    }

    /// `a && b` is 0 or b, `a || b` is 1 or b.
    fn either(&mut self, scope: &mut Scope, sign: &str, left: &Tree, right: &Tree) -> Result<()> {
        self.value(scope, left)?;
        if sign == "||" {
            scope.code.push(Op::Not);
        }
        let unless = Self::hole(scope);
        self.value(scope, right)?;
        let over = Self::hole(scope);
        scope.code[unless] = Op::JumpUnless(scope.code.len());
        let short = self.constant(Value::Number(i64::from(sign == "||")));
        scope.code.push(short);
        scope.code[over] = Op::Jump(scope.code.len());
        Ok(())
    }

    /// Room for a jump whose target is not known yet.
    fn hole(scope: &mut Scope) -> usize {
        scope.code.push(Op::Drop);
        scope.code.len() - 1
    }

    pub fn statement(&mut self, scope: &mut Scope, tree: &Tree) -> Result<()> {
        match tree {
            Tree::Let(name, value) => {
                self.value(scope, value)?;
                let op = match &mut scope.names {
                    Some(names) => {
                        names.push(name.clone());
                        scope.most = scope.most.max(names.len());
                        Op::SetLocal(names.len() - 1)
                    }
                    None => Op::SetGlobal(self.global(name)),
                };
                scope.code.push(op);
            }
            Tree::Set(to, value) => match &**to {
                Tree::Name(name) => {
                    self.value(scope, value)?;
                    let op = match Self::local(scope, name) {
                        Some(place) => Op::SetLocal(place),
                        None => Op::SetGlobal(self.global(name)),
                    };
                    scope.code.push(op);
                }
                Tree::At(of, index) => {
                    self.value(scope, of)?;
                    self.value(scope, index)?;
                    self.value(scope, value)?;
                    scope.code.push(Op::SetAt);
                }
                other => return Err(format!("{other:?} cannot be set")),
            },
            Tree::If(condition, then, otherwise) => {
                self.value(scope, condition)?;
                let unless = Self::hole(scope);
                self.statement(scope, then)?;
                let over = Self::hole(scope);
                scope.code[unless] = Op::JumpUnless(scope.code.len());
                if let Some(otherwise) = otherwise {
                    self.statement(scope, otherwise)?;
                }
                scope.code[over] = Op::Jump(scope.code.len());
            }
            Tree::While(condition, body) => {
                let again = scope.code.len();
                self.value(scope, condition)?;
                let unless = Self::hole(scope);
                self.statement(scope, body)?;
                scope.code.push(Op::Jump(again));
                scope.code[unless] = Op::JumpUnless(scope.code.len());
            }
            Tree::Block(list) => {
                let known = scope.names.as_ref().map(Vec::len);
                list.iter().try_for_each(|tree| self.statement(scope, tree))?;
                if let (Some(names), Some(known)) = (&mut scope.names, known) {
                    names.truncate(known);
                }
            }
            Tree::Function(name, parameters, body) => {
                let mut inner = Scope {
                    names: Some(parameters.clone()),
                    most: parameters.len(),
                    code: Vec::new(),
                };
                self.statement(&mut inner, body)?;
                let index = self.finish(inner, parameters.len());
                let op = self.constant(Value::Function(index));
                scope.code.push(op);
                let place = self.global(name);
                scope.code.push(Op::SetGlobal(place));
            }
            Tree::Return(value) => {
                self.value(scope, value)?;
                scope.code.push(Op::Return);
            }
            other => {
                self.value(scope, other)?;
                scope.code.push(Op::Drop);
            }
        }
        Ok(())
    }

    /// Ends a function; its number.
    pub fn finish(&mut self, mut scope: Scope, parameters: usize) -> usize {
        let nothing = self.constant(Value::Nothing);
        scope.code.extend([nothing, Op::Return]);
        self.functions.push(Function { parameters, locals: scope.most, code: scope.code });
        self.functions.len() - 1
    }
}
