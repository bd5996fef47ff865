//! Rules of what is taken out of LLVM's archives (`compilers/llvm/trim/rules.txt`).

use std::collections::HashSet;

use anyhow::{Context, Result, bail};

/// What becomes of a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// It becomes empty.
    Drop,
    /// The function returns 0.
    None,
    /// The function goes to this one.
    Jump(String),
    /// Only the first bytes stay.
    Size(u64),
    /// Names of other processors' intrinsics become zeros.
    Names,
}

/// The function that trapped functions call.
pub const TRAP: &str = "bareflow_left_out";

/// All rules, and what stays although a rule says `trap`.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    kept: HashSet<String>,
}

#[derive(Debug)]
struct Rule {
    action: Option<Action>,
    members: Vec<String>,
    sections: Vec<String>,
}

/// A section, as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// Its name.
    pub name: &'a str,
    /// It is one of several equal ones, of which a linker takes one.
    pub shared: bool,
}

impl Rules {
    /// Reads rules, and the list of what stays: a member and a section a line.
    ///
    /// # Errors
    /// A line that is no rule, by its number.
    pub fn read(rules: &str, kept: &str) -> Result<Self> {
        let lines = (1..).zip(rules.lines().map(|line| line.split('#').next().unwrap_or_default()));
        let rules = lines.filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
            rule(line).with_context(|| format!("line {number} of the rules"))
        });
        Ok(Self {
            rules: rules.collect::<Result<_>>()?,
            kept: kept.lines().map(str::to_owned).collect(),
        })
    }

    /// Whether any rule may concern a member.
    pub fn concern(&self, member: &str) -> bool {
        self.rules.iter().any(|rule| rule.members.iter().any(|glob| fits(glob, member)))
    }

    /// What becomes of a section of a member, if anything does.
    pub fn of(&self, member: &str, section: Section<'_>) -> Option<Action> {
        let any = |globs: &[String], text| globs.iter().any(|glob| fits(glob, text));
        let rule = self
            .rules
            .iter()
            .find(|rule| any(&rule.members, member) && any(&rule.sections, section.name))?;
        match &rule.action {
            Some(action) => Some(action.clone()),
            // Constructors run before everything else; shared functions may be others' as well.
            None if section.shared
                || section.name.starts_with(".text.startup")
                || section.name.starts_with(".text.unlikely")
                || self.kept.contains(&format!("{member} {}", section.name)) =>
            {
                None
            }
            None if is_registration(section.name) => Some(Action::None),
            None => Some(Action::Jump(TRAP.into())),
        }
    }
}

/// A function that only tells of a pass's existence, which whoever registers passes calls.
fn is_registration(section: &str) -> bool {
    section.contains("4llvm")
        && section.contains("initialize")
        && section.ends_with("PassRegistryE")
}

fn rule(line: &str) -> Result<Rule> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (action, rest) = match words[..] {
        ["drop", ref rest @ ..] => (Some(Action::Drop), rest),
        ["none", ref rest @ ..] => (Some(Action::None), rest),
        ["names", ref rest @ ..] => (Some(Action::Names), rest),
        ["trap", ref rest @ ..] => (None, rest),
        ["jump", to, ref rest @ ..] => (Some(Action::Jump(to.into())), rest),
        ["size", bytes, ref rest @ ..] => (Some(Action::Size(bytes.parse()?)), rest),
        _ => bail!("no such rule"),
    };
    let [members, sections] = rest else { bail!("a member and a section") };
    Ok(Rule { action, members: spelled_out(members), sections: spelled_out(sections) })
}

/// All that `a{b,c}d` stands for.
fn spelled_out(pattern: &str) -> Vec<String> {
    let Some((start, rest)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let Some((choices, end)) = rest.split_once('}') else { return vec![pattern.to_owned()] };
    let ends = spelled_out(end);
    let one = |choice: &str| -> Vec<String> {
        ends.iter().map(|end| format!("{start}{choice}{end}")).collect()
    };
    choices.split(',').flat_map(one).collect()
}

/// Whether a text is what a pattern with `*` says.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut rest = rest;
    while let Some((piece, more)) = rest.split_once('*') {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
        rest = more;
    }
    text.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_stars_and_choices() {
        assert_eq!(spelled_out("a{b,c}d{e,}"), ["abde", "abd", "acde", "acd"]);
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            (".text.*", ".text", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_says_what_becomes_of_a_section() {
        let rules =
            "# comment\njump pass A/* .text.make*\n\nsize 4 A/b.o .rodata\ntrap A/{b,c}.o .text.*";
        let rules = Rules::read(rules, "A/b.o .text.used\n").expect("rules");
        let of = |member, name| rules.of(member, Section { name, shared: false });
        let trap = Some(Action::Jump(TRAP.into()));
        assert_eq!(of("A/b.o", ".text.makeOne"), Some(Action::Jump("pass".into())));
        assert_eq!(of("A/b.o", ".rodata"), Some(Action::Size(4)));
        assert_eq!(of("A/b.o", ".text.other"), trap);
        assert_eq!(of("A/b.o", ".text.used"), None);
        assert_eq!(of("A/c.o", ".text.used"), trap);
        assert_eq!(of("A/d.o", ".text.other"), None);
        assert_eq!(
            of("A/b.o", ".text._ZN4llvm1initializeXPassERNS_12PassRegistryE"),
            Some(Action::None)
        );
        assert_eq!(rules.of("A/b.o", Section { name: ".text.other", shared: true }), None);
        assert!(rules.concern("A/z.o") && !rules.concern("B/b.o"));
        let wrong = Rules::read("drop x\n", "").expect_err("no rule");
        assert!(format!("{wrong:#}").contains("line 1"), "{wrong:#}");
    }
}
