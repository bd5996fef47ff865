//! Runs the code.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::Result;
use crate::compiler::{BUILT_IN, Compiler, Op};
use crate::value::Value;

/// Runs what is compiled.
pub struct Machine {
    pub compiled: Compiler,
    pub globals: Vec<Value>,
    pub stack: Vec<Value>,
}

/// Where a caller goes on.
struct Frame {
    function: usize,
    at: usize,
    base: usize,
}

fn truth(value: &Value) -> bool {
    !matches!(value, Value::Nothing | Value::Number(0))
}

fn two(sign: &str, left: &Value, right: &Value) -> Result<Value> {
    use Value::{Number, Text};
    Ok(match (left, right) {
        (Number(a), Number(b)) => Number(match sign {
            "+" => a.wrapping_add(*b),
            "-" => a.wrapping_sub(*b),
            "*" => a.wrapping_mul(*b),
            "/" if *b != 0 => a.wrapping_div(*b),
            "%" if *b != 0 => a.wrapping_rem(*b),
            "<" => i64::from(a < b),
            ">" => i64::from(a > b),
            "<=" => i64::from(a <= b),
            ">=" => i64::from(a >= b),
            "==" => i64::from(a == b),
            "!=" => i64::from(a != b),
            _ => return Err(format!("{a} {sign} {b}")),
        }),
        (Text(a), Text(b)) => match sign {
            "==" => Number(i64::from(a == b)),
            "!=" => Number(i64::from(a != b)),
            "<" => Number(i64::from(a < b)),
            "+" => Text(format!("{a}{b}").into()),
            _ => return Err(format!("{a:?} {sign} {b:?}")),
        },
        _ => return Err(format!("{left} {sign} {right}")),
    })
}

fn index(number: i64, length: usize) -> Result<usize> {
    let place = usize::try_from(number).ok().filter(|place| *place < length);
    place.ok_or_else(|| format!("{number} is outside of {length}"))
}

impl Machine {
    fn pop(&mut self) -> Result<Value> {
        self.stack.pop().ok_or_else(|| "the stack is empty".to_string())
    }

    fn at(of: &Value, place: &Value) -> Result<Value> {
        match (of, place) {
            (Value::List(list), Value::Number(number)) => {
                let list = list.borrow();
                Ok(list[index(*number, list.len())?].clone())
            }
            (Value::Table(table), Value::Text(key)) => {
                Ok(table.borrow().get(key).cloned().unwrap_or(Value::Nothing))
            }
            (Value::Text(text), Value::Number(number)) => {
                let place = index(*number, text.len())?;
                text.get(place..=place)
                    .map(|one| Value::Text(one.into()))
                    .ok_or("half a character".to_string())
            }
            _ => Err(format!("{of}[{place}]")),
        }
    }

    fn set_at(of: &Value, place: &Value, value: Value) -> Result<()> {
        match (of, place) {
            (Value::List(list), Value::Number(number)) => {
                let mut list = list.borrow_mut();
                let place = index(*number, list.len())?;
                list[place] = value;
            }
            (Value::Table(table), Value::Text(key)) => {
                table.borrow_mut().insert(key.clone(), value);
            }
            _ => return Err(format!("{of}[{place}] = …")),
        }
        Ok(())
    }

    fn built_in(which: usize, arguments: &[Value]) -> Result<Value> {
        Ok(match (BUILT_IN[which], arguments) {
            ("length", [Value::List(list)]) => Value::Number(list.borrow().len() as i64),
            ("length", [Value::Text(text)]) => Value::Number(text.len() as i64),
            ("length", [Value::Table(table)]) => Value::Number(table.borrow().len() as i64),
            ("push", [Value::List(list), value]) => {
                list.borrow_mut().push(value.clone());
                Value::Nothing
            }
            ("text", [value]) => Value::Text(value.to_string().into()),
            ("keys", [Value::Table(table)]) => {
                let keys = table.borrow().keys().map(|key| Value::Text(key.clone())).collect();
                Value::List(Rc::new(RefCell::new(keys)))
            }
            ("has", [Value::Table(table), Value::Text(key)]) => {
                Value::Number(i64::from(table.borrow().contains_key(key)))
            }
            ("code", [Value::Text(text)]) => Value::Number(text.bytes().next().unwrap_or(0).into()),
            (name, _) => return Err(format!("{name} does not take this")),
        })
    }

    /// Runs a function that takes nothing to its end.
    pub fn run(&mut self, function: usize) -> Result<Value> {
        let mut here = Frame { function, at: 0, base: self.stack.len() };
        let locals = self.compiled.functions[function].locals;
        self.stack.resize(here.base + locals, Value::Nothing);
        let mut callers: Vec<Frame> = Vec::new();
        loop {
            let op = self.compiled.functions[here.function].code[here.at];
            here.at += 1;
            match op {
                Op::Constant(place) => self.stack.push(self.compiled.constants[place].clone()),
                Op::Local(place) => self.stack.push(self.stack[here.base + place].clone()),
                Op::SetLocal(place) => {
                    let value = self.pop()?;
                    self.stack[here.base + place] = value;
                }
                Op::Global(place) => self.stack.push(self.globals[place].clone()),
                Op::SetGlobal(place) => self.globals[place] = self.pop()?,
                Op::MakeList(count) => {
                    let list = self.stack.split_off(self.stack.len() - count);
                    self.stack.push(Value::List(Rc::new(RefCell::new(list))));
                }
                Op::MakeTable(count) => {
                    let mut list = self.stack.split_off(self.stack.len() - 2 * count).into_iter();
                    let mut table = BTreeMap::new();
                    while let (Some(Value::Text(key)), Some(value)) = (list.next(), list.next()) {
                        table.insert(key, value);
                    }
                    self.stack.push(Value::Table(Rc::new(RefCell::new(table))));
                }
                Op::Two(sign) => {
                    let right = self.pop()?;
                    let left = self.pop()?;
                    self.stack.push(two(sign, &left, &right)?);
                }
                Op::Negate => {
                    let value = self.pop()?;
                    self.stack.push(two("-", &Value::Number(0), &value)?);
                }
                Op::Not => {
                    let value = !truth(&self.pop()?);
                    self.stack.push(Value::Number(value.into()));
                }
                Op::At => {
                    let place = self.pop()?;
                    let of = self.pop()?;
                    self.stack.push(Self::at(&of, &place)?);
                }
                Op::SetAt => {
                    let value = self.pop()?;
                    let place = self.pop()?;
                    Self::set_at(&self.pop()?, &place, value)?;
                }
                Op::Jump(to) => here.at = to,
                Op::JumpUnless(to) => {
                    if !truth(&self.pop()?) {
                        here.at = to;
                    }
                }
                Op::Drop => drop(self.pop()?),
                Op::Call(count) => {
                    let base = self.stack.len() - count;
                    let Value::Function(function) = self.stack[base - 1] else {
                        return Err(format!("{} cannot be called", self.stack[base - 1]));
                    };
                    if function < BUILT_IN.len() {
                        let value = Self::built_in(function, &self.stack[base..])?;
                        self.stack.truncate(base - 1);
                        self.stack.push(value);
                        continue;
                    }
                    let function = function - BUILT_IN.len();
                    let called = &self.compiled.functions[function];
                    if called.parameters != count {
                        return Err(format!("{count} arguments instead of {}", called.parameters));
                    }
                    self.stack.resize(base + called.locals, Value::Nothing);
                    callers.push(core::mem::replace(&mut here, Frame { function, at: 0, base }));
                }
                Op::Return => {
                    let value = self.pop()?;
                    let Some(caller) = callers.pop() else {
                        self.stack.truncate(here.base);
                        return Ok(value);
                    };
                    self.stack.truncate(here.base - 1);
                    self.stack.push(value);
                    here = caller;
                }
            }
        }
    }
}
