//! Templates: statements and their operands, in either dialect.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::operands::{Part, register};

/// One instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Statement {
    pub(super) name: String,
    /// The destination comes first.
    pub(super) args: Vec<Arg>,
}

/// What an instruction works on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Arg {
    /// Operand of the assembly, and the part of it that is asked for.
    Operand(usize, Option<Part>),
    /// A register by its name.
    Register(u8, Part),
    Number(i64),
    /// The top of the stack, as fences of old write to.
    Stack,
}

impl Statement {
    /// Whether no program can see that it ran.
    pub(super) fn is_nothing(&self) -> bool {
        match self.name.as_str() {
            "nop" | "nopw" | "nopl" | "fnop" | "pause" | "endbr64" => true,
            // Prefixes in lines of their own.
            "lock" | "rep" | "repz" => true,
            ".p2align" | ".align" | ".balign" => true,
            name => name.starts_with("prefetch"),
        }
    }
}

/// The statements of a template; `None` for what is none of ours.
pub(super) fn parse(template: &str, intel: bool) -> Option<Vec<Statement>> {
    let text = without_comments(&choose(template, intel)?)?;
    let mut statements = Vec::new();
    for line in text.split(['\n', ';']) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (mut name, mut rest) = word(line);
        // Prefixes that change nothing of what follows here.
        while matches!(name, "lock" | "rep" | "repz") && !rest.is_empty() {
            (name, rest) = word(rest);
        }
        let name = name.to_ascii_lowercase();
        let mut statement = Statement { name, args: Vec::new() };
        if !statement.is_nothing() {
            let args = arguments(rest);
            for arg in args {
                statement.args.push(argument(arg.trim(), intel)?);
            }
            if !intel {
                statement.args.reverse();
            }
        }
        statements.push(statement);
    }
    Some(statements)
}

fn word(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    (&line[..end], line[end..].trim())
}

/// Keeps the variant of one dialect of each `$(att$|intel$)`.
fn choose(template: &str, intel: bool) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("$(") {
        out.push_str(&rest[..start]);
        let end = rest[start..].find("$)")? + start;
        let mut variants = rest[start + 2..end].split("$|");
        let first = variants.next()?;
        out.push_str(if intel { variants.next().unwrap_or(first) } else { first });
        rest = &rest[end + 2..];
    }
    out.push_str(rest);
    Some(out)
}

/// Comments of all kinds end before what follows them.
fn without_comments(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        plain.push_str(&rest[..start]);
        plain.push(' ');
        rest = &rest[start..];
        rest = &rest[rest.find("*/")? + 2..];
    }
    plain.push_str(rest);
    let line = |line: &str| -> String {
        let end = line.find('#').into_iter().chain(line.find("//")).min();
        line[..end.unwrap_or(line.len())].to_string()
    };
    Some(plain.split('\n').map(line).collect::<Vec<_>>().join("\n"))
}

/// Splits at commas outside of parentheses and brackets.
fn arguments(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let at = |c: char| {
        depth += match c {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    };
    if text.is_empty() { Vec::new() } else { text.split(at).collect() }
}

fn argument(text: &str, intel: bool) -> Option<Arg> {
    // A dollar is written twice, and once before the number of an operand.
    if let Some(number) = text.strip_prefix("$$") {
        return number_of(number).map(Arg::Number);
    }
    if let Some(rest) = text.strip_prefix('$') {
        let rest = rest.strip_prefix('{').map_or(Some(rest), |rest| rest.strip_suffix('}'))?;
        let (number, modifier) = rest.split_once(':').unwrap_or((rest, ""));
        let part = |bits, high| Some(Part { bits, high });
        let part = match modifier {
            // Of a vector register, its name of 128 bits.
            "" | "x" => None,
            "b" => part(8, false),
            "h" => part(8, true),
            "w" => part(16, false),
            "k" => part(32, false),
            "q" => part(64, false),
            _ => return None,
        };
        return number.parse().ok().map(|number| Arg::Operand(number, part));
    }
    if let Some(name) = text.strip_prefix('%') {
        return register(name).map(|(number, part)| Arg::Register(number, part));
    }
    if matches!(text, "(%rsp)" | "0(%rsp)" | "(%esp)" | "0(%esp)" | "[rsp]" | "dword ptr [rsp]") {
        return Some(Arg::Stack);
    }
    if intel {
        return match register(text) {
            Some((number, part)) => Some(Arg::Register(number, part)),
            None => number_of(text).map(Arg::Number),
        };
    }
    None
}

fn number_of(text: &str) -> Option<i64> {
    let (digits, minus) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
    let value = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok()? as i64,
        None => digits.parse().ok()?,
    };
    Some(if minus { value.wrapping_neg() } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(template: &str, intel: bool) -> Option<Vec<(String, usize)>> {
        let all = parse(template, intel)?;
        Some(all.into_iter().map(|one| (one.name, one.args.len())).collect())
    }

    #[test]
    fn templates_fall_into_statements() {
        let cpuid = "  xchg$(q$|$)  $(%$|$)rbx,${1:q}\n  cpuid\n  xchg$(q$|$)  $(%$|$)rbx,${1:q}";
        let names = |name: &str, count| (name.to_string(), count);
        assert_eq!(
            shown(cpuid, false),
            Some(Vec::from([names("xchgq", 2), names("cpuid", 0), names("xchgq", 2)]))
        );
        assert_eq!(shown("/*${0:q}*/", true), Some(Vec::new()));
        assert_eq!(shown("# nothing\n\t// at all", false), Some(Vec::new()));
        assert_eq!(
            shown("addq $2,$0\n\tadcq $3,$1", false),
            Some(Vec::from([names("addq", 2), names("adcq", 2)]))
        );
        let one = parse("rorw $$8, $0", false).and_then(|mut all| all.pop());
        assert_eq!(
            one,
            Some(Statement {
                name: "rorw".into(),
                args: Vec::from([Arg::Operand(0, None), Arg::Number(8)])
            })
        );
        assert_eq!(parse("jmp 1f", false), None);
        assert_eq!(parse("movq %cr0, $0", false), None);
    }
}
