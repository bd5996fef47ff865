//! From text to tokens.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::Result;

/// A word of the language.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    Number(i64),
    Text(String),
    Name(String),
    Sign(&'static str),
    End,
}

/// Signs, the longer of two with the same beginning first.
const SIGNS: [&str; 25] = [
    "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "=", "!", "(", ")", "[",
    "]", "{", "}", ",", ";", ".", ":",
];

/// All tokens, the last one `End`.
pub fn scan(source: &str) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() {
            let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let number = rest[..length].parse().map_err(|error| format!("{error}"))?;
            tokens.push(Token::Number(number));
            length
        } else if first.is_alphabetic() {
            let end = |c: char| !c.is_alphanumeric() && c != '_';
            let length = rest.find(end).unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..length].to_string()));
            length
        } else if first == '"' {
            let length = rest[1..].find('"').ok_or("a text has no end")?;
            tokens.push(Token::Text(rest[1..=length].to_string()));
            length + 2
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| format!("`{first}` means nothing"))?;
            tokens.push(Token::Sign(sign));
            sign.len()
        };
        rest = rest[length..].trim_start();
    }
    tokens.push(Token::End);
    Ok(tokens)
}
