//! The modules of a crate as they stand in its files: what each defines, imports and names.
//!
//! Not a compiler: macros are not expanded. Their definitions and calls are read as words, which
//! finds every path that is written out in them; an item that only a macro makes counts as an item
//! of the module that the path to it ends in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// A crate's modules, the root first.
#[derive(Default)]
pub struct Tree {
    pub modules: Vec<Module>,
    /// The files that modules are in, by the number that [`Module::file`] has.
    pub files: Vec<PathBuf>,
    /// Macros that are named at the root, and the modules that define them.
    pub macros: BTreeMap<String, usize>,
}

/// One module: a file, or a part of a file.
#[derive(Default)]
pub struct Module {
    pub file: usize,
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    /// Names of what is defined here.
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    /// Paths of two names or more that are written here.
    pub paths: Vec<Vec<String>>,
    /// Names that stand alone.
    pub words: BTreeSet<String>,
}

/// One name of a `use`.
pub struct Import {
    /// What it is called here; `None` for `*`.
    pub name: Option<String>,
    pub path: Vec<String>,
    /// It is also handed on to others.
    pub public: bool,
}

impl Tree {
    /// Reads a crate from its root file on.
    pub fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        let folder = root.parent().expect("a file is in a folder").to_owned();
        tree.read_file(root, &folder, None);
        tree
    }

    /// Reads a file into a new module, whose children lie in `folder`.
    fn read_file(&mut self, path: &Path, folder: &Path, parent: Option<usize>) -> usize {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let file = syn::parse_file(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        self.files.push(path.to_owned());
        self.read_module(file.items, self.files.len() - 1, folder, parent)
    }

    fn read_module(
        &mut self,
        items: Vec<Item>,
        file: usize,
        folder: &Path,
        parent: Option<usize>,
    ) -> usize {
        let id = self.modules.len();
        self.modules.push(Module { file, parent, ..Module::default() });
        for item in items {
            if is_test(attributes(&item)) {
                continue;
            }
            match item {
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    let inside = folder.join(&name);
                    let child = if let Some((_, items)) = module.content {
                        self.read_module(items, file, &inside, Some(id))
                    } else {
                        let (path, inside) = self.file_of(&module.attrs, &name, file, folder);
                        self.read_file(&path, &inside, Some(id))
                    };
                    self.modules[id].children.insert(name, child);
                }
                Item::Use(item) => self.modules[id].import(&item),
                item => {
                    let mut exported = attributes(&item).iter();
                    let exported = exported.any(|attr| attr.path().is_ident("macro_export"));
                    if let (true, Some(name)) = (exported, name_of(&item)) {
                        self.macros.insert(name, id);
                    }
                    self.modules[id].items.extend(name_of(&item));
                    self.modules[id].scan(item.into_token_stream());
                }
            }
        }
        id
    }

    /// The file of a module that is declared as `mod name;`, and the folder of its children.
    fn file_of(
        &self,
        attrs: &[Attribute],
        name: &str,
        file: usize,
        folder: &Path,
    ) -> (PathBuf, PathBuf) {
        if let Some(path) = attrs.iter().find_map(path_attribute) {
            let beside = self.files[file].parent().expect("a file is in a folder");
            let path = beside.join(path);
            let inside = path.parent().expect("a file is in a folder").to_owned();
            return (path, inside);
        }
        let inside = folder.join(name);
        let beside = folder.join(format!("{name}.rs"));
        if beside.exists() { (beside, inside) } else { (inside.join("mod.rs"), inside) }
    }
}

impl Module {
    fn import(&mut self, item: &syn::ItemUse) {
        if item.leading_colon.is_none() {
            let public = !matches!(item.vis, Visibility::Inherited);
            self.import_tree(&item.tree, &mut Vec::new(), public);
        }
    }

    fn import_tree(&mut self, tree: &UseTree, path: &mut Vec<String>, public: bool) {
        let mut add = |name: Option<String>, path: Vec<String>| {
            self.imports.push(Import { name, path, public });
        };
        match tree {
            UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.import_tree(&step.tree, path, public);
                path.pop();
            }
            UseTree::Name(name) if name.ident == "self" => add(path.last().cloned(), path.clone()),
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                add(Some(name.clone()), [&path[..], &[name]].concat());
            }
            UseTree::Rename(one) if one.ident == "self" => {
                add(Some(one.rename.to_string()), path.clone());
            }
            UseTree::Rename(one) => {
                add(Some(one.rename.to_string()), [&path[..], &[one.ident.to_string()]].concat());
            }
            UseTree::Glob(_) => add(None, path.clone()),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import_tree(tree, path, public));
            }
        }
    }

    /// Takes the paths, words and imports out of any piece of source.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.scan(group.stream()),
                TokenTree::Ident(word) if word == "use" => {
                    let length = tokens[at..].iter().position(|token| is(Some(token), ';'));
                    let item = length.and_then(|length| {
                        let tokens = tokens[at..=at + length].iter().cloned();
                        syn::parse2::<syn::ItemUse>(tokens.collect()).ok()
                    });
                    if let (Some(item), Some(length)) = (item, length) {
                        self.import(&item);
                        at += length;
                    }
                }
                TokenTree::Ident(word) => {
                    let follows = |mark| at > 0 && is(Some(&tokens[at - 1]), mark);
                    let mut path = vec![word.to_string()];
                    let goes_on = |at: usize| {
                        let colons = is(tokens.get(at + 1), ':') && is(tokens.get(at + 2), ':');
                        match tokens.get(at + 3) {
                            Some(TokenTree::Ident(next)) if colons => Some(next.to_string()),
                            _ => None,
                        }
                    };
                    // Behind `.` stands a field or a method. A path that begins behind `::` is that
                    // of another crate, or goes on from a type.
                    let apart =
                        follows('.') || (follows(':') && at > 1 && is(Some(&tokens[at - 2]), ':'));
                    while let Some(next) = goes_on(at) {
                        path.push(next);
                        at += 3;
                    }
                    match path.len() {
                        _ if apart => {}
                        1 => _ = self.words.insert(path.remove(0)),
                        _ => self.paths.push(path),
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }
}

fn is(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

fn path_attribute(attr: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attr.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) = &pair.value else {
        return None;
    };
    pair.path.is_ident("path").then(|| path.value())
}

/// Whether something is there in tests only: they may see everything.
fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            let words = list.tokens.to_string();
            words == "test" || words.starts_with("all (test")
        }
        meta => meta.path().is_ident("test"),
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
