//! Which file a name leads to.

use crate::source::{Import, Tree};

/// What a path ends in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Module(usize),
    /// An item that this module defines.
    Item(usize),
}

/// Deeper than imports of imports ever go; what names only itself ends here.
const DEPTH: usize = 16;

/// Which files use which, by their numbers in [`Tree::files`], with a name that says so.
pub fn uses(tree: &Tree) -> Vec<(usize, usize, String)> {
    let mut uses = Vec::new();
    for (id, module) in tree.modules.iter().enumerate() {
        let mut named: Vec<Vec<String>> = module.paths.clone();
        for import in &module.imports {
            let taken_up = match &import.name {
                Some(name) => !import.public || module.words.contains(name),
                None => false,
            };
            if taken_up {
                named.push(import.path.clone());
            }
        }
        for path in named {
            if let Some(Found::Item(of)) = tree.resolve(id, &path, DEPTH) {
                uses.push((module.file, tree.modules[of].file, path.join("::")));
            }
        }
        for word in &module.words {
            if let Some(of) = tree.by_star(id, word, DEPTH) {
                uses.push((module.file, tree.modules[of].file, word.clone()));
            }
        }
    }
    uses.retain(|(from, to, _)| from != to);
    uses.sort();
    uses.dedup_by_key(|(from, to, _)| (*from, *to));
    uses
}

impl Tree {
    /// What a path means in a module; `None` for what is of another crate.
    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Option<Found> {
        let depth = depth.checked_sub(1)?;
        let (first, mut rest) = path.split_first()?;
        let mut found = match first.as_str() {
            "crate" => Found::Module(0),
            "self" => Found::Module(module),
            "super" => Found::Module(self.modules[module].parent?),
            name => self.look_up(module, name, depth)?,
        };
        while let (Found::Module(id), Some((next, after))) = (found, rest.split_first()) {
            found = match next.as_str() {
                "super" => Found::Module(self.modules[id].parent?),
                // What no item is called is made by a macro.
                name => self.look_up(id, name, depth).unwrap_or(Found::Item(id)),
            };
            rest = after;
        }
        Some(found)
    }

    fn look_up(&self, id: usize, name: &str, depth: usize) -> Option<Found> {
        let module = &self.modules[id];
        if let Some(child) = module.children.get(name) {
            return Some(Found::Module(*child));
        }
        if module.items.contains(name) {
            return Some(Found::Item(id));
        }
        if let (0, Some(of)) = (id, self.macros.get(name)) {
            return Some(Found::Item(*of));
        }
        let named = |one: &&Import| one.name.as_deref() == Some(name);
        let import = module.imports.iter().filter(named);
        let by_name = import.filter_map(|import| self.resolve(id, &import.path, depth)).next();
        by_name.or_else(|| self.by_star(id, name, depth).map(Found::Item))
    }

    /// The module that defines what `name` means here because of a `use …::*`.
    fn by_star(&self, id: usize, name: &str, depth: usize) -> Option<usize> {
        let module = &self.modules[id];
        let known = |one: &Import| one.name.as_deref() == Some(name);
        if module.items.contains(name) || module.imports.iter().any(known) {
            return None;
        }
        let stars = module.imports.iter().filter(|import| import.name.is_none());
        let mut found = stars.filter_map(|star| {
            let Some(Found::Module(of)) = self.resolve(id, &star.path, depth) else { return None };
            if of == id {
                return None;
            }
            let inside = &self.modules[of];
            if inside.items.contains(name) {
                return Some(of);
            }
            let import = inside.imports.iter().find(|import| known(import))?;
            match self.resolve(of, &import.path, depth)? {
                Found::Item(of) => Some(of),
                Found::Module(_) => None,
            }
        });
        found.next()
    }
}
