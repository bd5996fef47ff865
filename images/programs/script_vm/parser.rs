//! From tokens to a tree.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::Result;
use crate::scanner::Token;

/// An expression or a statement.
#[derive(Debug)]
pub enum Tree {
    Number(i64),
    Text(Rc<str>),
    Name(String),
    List(Vec<Tree>),
    Table(Vec<(Tree, Tree)>),
    Two(&'static str, Box<Tree>, Box<Tree>),
    One(&'static str, Box<Tree>),
    At(Box<Tree>, Box<Tree>),
    Call(Box<Tree>, Vec<Tree>),
    Let(String, Box<Tree>),
    Set(Box<Tree>, Box<Tree>),
    If(Box<Tree>, Box<Tree>, Option<Box<Tree>>),
    While(Box<Tree>, Box<Tree>),
    Block(Vec<Tree>),
    Function(String, Vec<String>, Box<Tree>),
    Return(Box<Tree>),
}

/// Where in the tokens it is.
pub struct Parser {
    pub tokens: Vec<Token>,
    pub at: usize,
}

/// How strongly operators bind.
fn strength(sign: &str) -> u32 {
    match sign {
        "||" => 1,
        "&&" => 2,
        "==" | "!=" => 3,
        "<" | ">" | "<=" | ">=" => 4,
        "+" | "-" => 5,
        "*" | "/" | "%" => 6,
        _ => 0,
    }
}

impl Parser {
    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(&self.tokens[self.at], Token::Sign(s) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(&self.tokens[self.at], Token::Name(name) if name == word);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, sign: &str) -> Result<()> {
        if self.take(sign) {
            Ok(())
        } else {
            Err(format!("`{sign}` is missing before {:?}", self.tokens[self.at]))
        }
    }

    fn name(&mut self) -> Result<String> {
        match self.next() {
            Token::Name(name) => Ok(name),
            other => Err(format!("{other:?} is no name")),
        }
    }

    fn until(&mut self, end: &str, mut one: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        while !self.take(end) {
            one(self)?;
            if !self.take(",") {
                return self.need(end);
            }
        }
        Ok(())
    }

    fn block(&mut self) -> Result<Tree> {
        self.need("{")?;
        let mut list = Vec::new();
        while !self.take("}") {
            list.push(self.statement()?);
        }
        Ok(Tree::Block(list))
    }

    pub fn statement(&mut self) -> Result<Tree> {
        if self.take_word("if") {
            let condition = self.expression(1)?;
            let then = self.block()?;
            let otherwise =
                if self.take_word("else") { Some(Box::new(self.block()?)) } else { None };
            return Ok(Tree::If(Box::new(condition), Box::new(then), otherwise));
        }
        if self.take_word("while") {
            let condition = self.expression(1)?;
            return Ok(Tree::While(Box::new(condition), Box::new(self.block()?)));
        }
        if self.take_word("fn") {
            let name = self.name()?;
            let mut parameters = Vec::new();
            self.need("(")?;
            self.until(")", |parser| {
                parameters.push(parser.name()?);
                Ok(())
            })?;
            return Ok(Tree::Function(name, parameters, Box::new(self.block()?)));
        }
        let tree = if self.take_word("let") {
            let name = self.name()?;
            self.need("=")?;
            Tree::Let(name, Box::new(self.expression(1)?))
        } else if self.take_word("return") {
            Tree::Return(Box::new(self.expression(1)?))
        } else {
            let left = self.expression(1)?;
            if self.take("=") {
                Tree::Set(Box::new(left), Box::new(self.expression(1)?))
            } else {
                left
            }
        };
        self.need(";")?;
        Ok(tree)
    }

    fn expression(&mut self, least: u32) -> Result<Tree> {
        let mut left = self.operand()?;
        while let Token::Sign(sign) = self.tokens[self.at] {
            let binds = strength(sign);
            if binds < least || binds == 0 {
                break;
            }
            self.at += 1;
            let right = self.expression(binds + 1)?;
            left = Tree::Two(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Tree> {
        let mut tree = match self.next() {
            Token::Number(number) => Tree::Number(number),
            Token::Text(text) => Tree::Text(text.into()),
            Token::Name(name) => Tree::Name(name),
            Token::Sign(sign @ ("-" | "!")) => {
                return Ok(Tree::One(sign, Box::new(self.operand()?)));
            }
            Token::Sign("(") => {
                let inner = self.expression(1)?;
                self.need(")")?;
                inner
            }
            Token::Sign("[") => {
                let mut list = Vec::new();
                self.until("]", |parser| {
                    list.push(parser.expression(1)?);
                    Ok(())
                })?;
                Tree::List(list)
            }
            Token::Sign("{") => {
                let mut list = Vec::new();
                self.until("}", |parser| {
                    let key = parser.expression(1)?;
                    parser.need(":")?;
                    list.push((key, parser.expression(1)?));
                    Ok(())
                })?;
                Tree::Table(list)
            }
            other => return Err(format!("{other:?} is no expression")),
        };
        loop {
            if self.take("[") {
                let index = self.expression(1)?;
                self.need("]")?;
                tree = Tree::At(Box::new(tree), Box::new(index));
            } else if self.take("(") {
                let mut arguments = Vec::new();
                self.until(")", |parser| {
                    arguments.push(parser.expression(1)?);
                    Ok(())
                })?;
                tree = Tree::Call(Box::new(tree), arguments);
            } else if self.take(".") {
                let name = Tree::Text(self.name()?.into());
                tree = Tree::At(Box::new(tree), Box::new(name));
            } else {
                return Ok(tree);
            }
        }
    }
}
