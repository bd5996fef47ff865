//! JSON: a value type, a parser with places of errors, printing, paths into it.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use support::println;

support::entry!(run);

#[derive(Clone, PartialEq, Debug)]
enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

#[derive(PartialEq, Debug)]
struct Error {
    at: usize,
    expected: &'static str,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

type Result<T> = core::result::Result<T, Error>;

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
    fn fail<T>(&self, expected: &'static str) -> Result<T> {
        Err(Error { at: self.at, expected })
    }
    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }
    fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }
    fn value(&mut self) -> Result<Value> {
        self.blanks();
        match self.rest().chars().next() {
            Some('{') => self.map(),
            Some('[') => self.list(),
            Some('"') => self.string().map(Value::Text),
            Some('-' | '0'..='9') => self.number(),
            _ if self.eat("null") => Ok(Value::Null),
            _ if self.eat("true") => Ok(Value::Bool(true)),
            _ if self.eat("false") => Ok(Value::Bool(false)),
            _ => self.fail("a value"),
        }
    }
    fn number(&mut self) -> Result<Value> {
        let rest = self.rest();
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let Ok(number) = rest[..end].parse() else { return self.fail("a number") };
        self.at += end;
        Ok(Value::Number(number))
    }
    fn string(&mut self) -> Result<String> {
        if !self.eat("\"") {
            return self.fail("a string");
        }
        let mut out = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return self.fail("an end quote") };
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => {
                    let Some(c) = self.rest().chars().next() else { return self.fail("an escape") };
                    self.at += c.len_utf8();
                    out.push(match c {
                        'n' => '\n',
                        't' => '\t',
                        'u' => {
                            let code = self.rest().get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                            let Some(c) = code.and_then(char::from_u32) else { return self.fail("four digits") };
                            self.at += 4;
                            c
                        }
                        c => c,
                    });
                }
                c => out.push(c),
            }
        }
    }
    fn list(&mut self) -> Result<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.eat("]") {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            if self.eat("]") {
                return Ok(Value::List(items));
            }
            if !self.eat(",") {
                return self.fail("a comma or ]");
            }
        }
    }
    fn map(&mut self) -> Result<Value> {
        self.at += 1;
        let mut map = BTreeMap::new();
        loop {
            self.blanks();
            if map.is_empty() && self.eat("}") {
                return Ok(Value::Map(map));
            }
            let key = self.string()?;
            self.blanks();
            if !self.eat(":") {
                return self.fail("a colon");
            }
            map.insert(key, self.value()?);
            self.blanks();
            if self.eat("}") {
                return Ok(Value::Map(map));
            }
            if !self.eat(",") {
                return self.fail("a comma or }");
            }
        }
    }
}

impl core::str::FromStr for Value {
    type Err = Error;
    fn from_str(text: &str) -> Result<Value> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value()?;
        parser.blanks();
        if parser.at < text.len() { parser.fail("the end") } else { Ok(value) }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Number(n) => write!(f, "{n}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Value::Map(map) => {
                f.write_str("{")?;
                for (i, (key, value)) in map.iter().enumerate() {
                    write!(f, "{}{key:?}:{value}", if i > 0 { "," } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl Value {
    fn get(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, key| match value {
            Value::Map(map) => map.get(key),
            Value::List(items) => items.get(key.parse::<usize>().ok()?),
            _ => None,
        })
    }
}

fn run() -> i32 {
    let text = r#" {"name":"tier","levels":[{"at":100,"on":true},{"at":1e3},{"at":-2.5e-3,"x":null}],"é":"caf\u00e9 \"q\" \n","empty":[{},[]]} "#;
    match text.parse::<Value>() {
        Ok(value) => {
            println!("{value}");
            println!("{:?} {:?} {:?}", value.get("levels.1.at"), value.get("levels.7"), value.get("empty.1"));
            println!("{:?}", value.get("name").map(ToOwned::to_owned) == Some(Value::Text("tier".into())));
            println!("{}", value.to_string_again() == alloc::format!("{value}"));
        }
        Err(error) => println!("{error:?}"),
    }
    for wrong in ["", "[1,]", "{\"a\" 1}", "[1 2]", "\"open", "nul", "1 2", "-", "{\"k\":\"\\u12\"}", "[[[]]"] {
        println!("{wrong:?}: {:?}", wrong.parse::<Value>());
    }
    0
}

impl Value {
    fn to_string_again(&self) -> String {
        let printed = alloc::format!("{self}");
        printed.parse::<Value>().map(|value| alloc::format!("{value}")).unwrap_or_default()
    }
}
