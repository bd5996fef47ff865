//! Reading, linking, and refusing what cannot run.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bareflow_bitcode::{Lazy, read_llbc};
use bareflow_ir::link::{Linked, Why, link};
use bareflow_ir::{FuncId, Function, GlobalId, Linkage, Module, Symbol, Type, TypeId};
use sha2::{Digest, Sha256};

use crate::library::FINISH;
use crate::{
    Library, LoadError, Missing, Part, Undefined, alarms, divisions, helpers, is_host_call, jumps,
    long_double, quad, structors, threads, undefined, unwinding,
};

/// What a program is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Source {
    /// What reports call it.
    pub name: String,
    /// Its own files.
    pub parts: Vec<Part>,
    /// The entry function; `None`: what an LLBC header says, else `main`.
    pub entry: Option<String>,
    /// Argument of `uint64_t entry(uint64_t)`; `None`: the entry is `main(int, char **)`.
    pub arg: Option<u64>,
    /// What is done about functions that nothing defines.
    pub undefined: Undefined,
}

/// A linked program. Only what its entry can reach is in it, and what compiled code may call.
#[derive(Debug)]
pub struct Program {
    /// What reports call it.
    pub name: String,
    /// All its code and data.
    pub module: Arc<Module>,
    /// Where it starts.
    pub entry: FuncId,
    /// The name that was asked for by. The function may have another, that nobody finds it by.
    pub entry_name: String,
    /// Argument of the entry; `None` for `main`.
    pub arg: Option<u64>,
    /// Run before the entry, in this order: what chooses indirect functions, then constructors.
    pub constructors: Vec<FuncId>,
    /// Run after it, in this order.
    pub destructors: Vec<FuncId>,
    /// Flushes what the C library holds back: `int __bf_finish(int status)`.
    pub finish: Option<FuncId>,
    /// SHA-256 of each of its own files and of each of the library's, in their order.
    pub digests: Vec<[u8; 32]>,
    /// SHA-256 over these.
    pub hash: [u8; 32],
}

/// Rounds of linking with ever more helpers, at most. Each round adds some or is the last.
const ROUNDS: usize = 8;

/// Reads `source`, links it with what it needs of the library, and drops the rest.
///
/// # Errors
/// See [`LoadError`]; nothing has run then.
pub fn load(source: &Source, library: &Library) -> Result<Program, LoadError> {
    load_again(source, library, |_, _| false)
}

/// The same for programs that may have been loaded before: where those of a [`Program::hash`] and an entry of that
/// name were, by the same engine, there is no need to look once more for what the interpreter refuses.
///
/// # Errors
/// See [`LoadError`]; nothing has run then.
pub fn load_again(
    source: &Source,
    library: &Library,
    was_loaded: impl Fn(&[u8; 32], &str) -> bool,
) -> Result<Program, LoadError> {
    let own = Library::read(source.parts.clone())?;
    let mut entry = source.entry.clone();
    let mut arg = source.arg;
    for part in source.parts.iter().chain(&library.parts) {
        if let Some(header) = read_llbc(&part.bytes) {
            entry.get_or_insert(header.entry);
            arg.get_or_insert(0);
        }
    }
    let digests: Vec<[u8; 32]> = own.digests().chain(library.digests()).copied().collect();
    let mut hash = Sha256::new();
    digests.iter().for_each(|digest| hash.update(digest));
    let entry = entry.as_deref().unwrap_or("main");
    let hash = hash.finalize().into();
    let was_loaded = was_loaded(&hash, entry);
    let draft = Draft { name: &source.name, entry, arg, undefined: source.undefined, was_loaded };
    draft.finish(&[&own, library], digests, hash)
}

/// A program on its way.
struct Draft<'a> {
    name: &'a str,
    entry: &'a str,
    arg: Option<u64>,
    undefined: Undefined,
    /// Nothing of it is refused by the interpreter.
    was_loaded: bool,
}

impl Draft<'_> {
    fn finish(
        self,
        files: &[&Library],
        digests: Vec<[u8; 32]>,
        hash: [u8; 32],
    ) -> Result<Program, LoadError> {
        let mut linked = self.link(files)?;
        unwinding::settle(&mut linked.module);
        // Conversions between both kinds of floats are calls when the second one is settled.
        quad::settle(&mut linked.module);
        long_double::settle(&mut linked.module);
        // A handler's call may be one that comes back to a `setjmp`.
        divisions::settle(&mut linked.module);
        let libraries: Vec<bool> = files.iter().flat_map(|files| files.libraries()).collect();
        let from = &linked.func_from;
        let is_own = |id: FuncId| from.get(id.index()).is_some_and(|module| !libraries[*module]);
        alarms::settle(&mut linked.module, is_own);
        jumps::settle(&mut linked.module);
        threads::settle(&mut linked.module);
        let entry = self.entry(&linked)?;
        self.check(&mut linked, files)?;
        let finish = linked.root(FINISH);
        let constructors = structors::before(&linked);
        let destructors = structors::after(&linked);
        let module = Arc::new(linked.module);
        Ok(Program {
            name: self.name.to_owned(),
            entry,
            entry_name: self.entry.to_owned(),
            arg: self.arg,
            constructors,
            destructors,
            finish,
            digests,
            hash,
            module,
        })
    }

    /// Links from the entry; then again with the helpers that turned out to be needed and are not there, which
    /// may need helpers themselves.
    fn link(&self, files: &[&Library]) -> Result<Linked, LoadError> {
        let mut helpers: BTreeSet<String> =
            helpers::MEMORY.iter().map(|name| (*name).to_owned()).collect();
        let mut linked = self.link_with(files, &helpers)?;
        for _ in 0..ROUNDS {
            let mut needed = helpers::needed(&linked.module);
            let is_there = |name: &str| {
                let found = linked.root(name).map(|id| linked.module.func(id).linkage);
                found.is_some_and(|linkage| linkage != Linkage::Internal)
            };
            needed.retain(|name| !helpers.contains(name) && !is_there(name));
            if needed.is_empty() {
                break;
            }
            helpers.extend(needed);
            linked = self.link_with(files, &helpers)?;
        }
        Ok(linked)
    }

    fn link_with(
        &self,
        files: &[&Library],
        helpers: &BTreeSet<String>,
    ) -> Result<Linked, LoadError> {
        let mut roots = Vec::from([self.entry, FINISH]);
        roots.extend(helpers.iter().map(String::as_str));
        let mut wanted: BTreeSet<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        files.iter().for_each(|file| file.undefined(&mut wanted));
        files.iter().try_for_each(|file| file.need(&wanted))?;
        let readers: Vec<_> = files.iter().map(|file| file.modules()).collect();
        let modules: Vec<&Module> =
            readers.iter().flat_map(|readers| readers.iter().map(Lazy::module)).collect();
        link(&modules, &roots)
            .map_err(|error| LoadError::Link { program: self.name.to_owned(), error })
    }

    fn entry(&self, linked: &Linked) -> Result<FuncId, LoadError> {
        let missing =
            || LoadError::NoEntry { program: self.name.to_owned(), entry: self.entry.to_owned() };
        let found = linked.root(self.entry).ok_or_else(missing)?;
        let types = &linked.module.types;
        let (ret, params, varargs) =
            types.signature(linked.module.func(found).ty).ok_or_else(missing)?;
        let is = |ty: TypeId, wanted: Type| *types.get(ty) == wanted;
        let (fits, wanted) = match self.arg {
            Some(_) => (
                params.len() == 1 && is(params[0], Type::Int(64)) && is(ret, Type::Int(64)),
                "`uint64_t entry(uint64_t)`, since it was given an argument",
            ),
            None => (
                params.len() <= 3 && (is(ret, Type::Int(32)) || is(ret, Type::Void)),
                "`int main(void)` or `int main(int, char **)`; for `uint64_t entry(uint64_t)` \
                 give an argument",
            ),
        };
        if fits && !varargs {
            return Ok(found);
        }
        Err(LoadError::BadEntry {
            program: self.name.to_owned(),
            entry: self.entry.to_owned(),
            wanted,
        })
    }

    /// Refuses what is there and cannot run, and settles what is not there.
    fn check(&self, linked: &mut Linked, files: &[&Library]) -> Result<(), LoadError> {
        let needs = unsupported(linked, self.was_loaded);
        if !needs.is_empty() {
            return Err(LoadError::Unsupported { program: self.name.to_owned(), needs });
        }
        let missing: Vec<FuncId> =
            linked.module.func_ids().filter(|id| is_missing(linked.module.func(*id))).collect();
        let functions = match self.undefined {
            Undefined::Refuse => &missing[..],
            Undefined::Trap => &[],
        };
        let mut symbols = Vec::new();
        let mut add = |name: &str, why: Why| {
            let user = linked.user(why);
            let file = file_of(files, &user);
            symbols.push(Missing { symbol: name.to_owned(), user, file });
        };
        for id in functions {
            let why = linked.func_why.get(id.index()).copied().unwrap_or(Why::Root);
            add(&linked.module.func(*id).name, why);
        }
        for (index, global) in linked.module.globals.iter().enumerate() {
            if global.init.is_none() {
                add(&global.name, linked.global_why[GlobalId::new(index).index()]);
            }
        }
        if !symbols.is_empty() {
            return Err(LoadError::Unresolved { program: self.name.to_owned(), symbols });
        }
        undefined::trap(&mut linked.module, &missing);
        Ok(())
    }
}

/// The file that defines a symbol, if only one does.
fn file_of(files: &[&Library], symbol: &str) -> Option<String> {
    let mut found = None;
    for library in files {
        for (lazy, part) in library.modules().iter().zip(&library.parts) {
            if lazy.defines(symbol) && found.replace(part.file.clone()).is_some() {
                return None;
            }
        }
    }
    found
}

/// What can be reached and cannot be run, each with the first function that needs it. The interpreter
/// is what decides: it can run all that any compiler can, and it decodes a function at its first call,
/// which is too late to find out.
fn unsupported(linked: &Linked, was_loaded: bool) -> Vec<(String, String)> {
    let module = &linked.module;
    let mut needs: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, user: &str| {
        if !needs.iter().any(|(known, _)| known == what) {
            needs.push((what.to_owned(), user.to_owned()));
        }
    };
    for refusal in &module.refused {
        match refusal.symbol {
            Symbol::Func(id) => add(&refusal.why, &module.func(id).name),
            Symbol::Global(id) => {
                add(&refusal.why, &linked.user(linked.global_why[id.index()]));
            }
            Symbol::Alias(id) => add(&refusal.why, &module.aliases[id.index()].name),
        }
    }
    if !was_loaded {
        for found in bareflow_interp::check_all(module) {
            add(&found.what, &found.function);
        }
    }
    needs
}

/// Whether a function is called and nobody supplies it.
fn is_missing(func: &Function) -> bool {
    let name = &func.name;
    let is_somewhere = is_host_call(name) || jumps::is_settled(name) || name.starts_with("llvm.");
    func.is_declaration() && !is_somewhere
}
