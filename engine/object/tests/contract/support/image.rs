//! A linker of the simplest kind: puts objects and variables into one mapping.

use std::collections::HashMap;

use bareflow_cranelift::Cranelift;
use bareflow_ir::{FuncId, Module, Symbol, data, layout};
use bareflow_object::{
    COUNTER_PREFIX, CompileError, Compiler, CpuFeatures, Entry, HOT, Object, Options, RelocKind,
    Request, Section, THREAD, Target,
};
use bareflow_profile::{FunctionProfile, Level};

const SIZE: usize = 64 << 20;

/// How to compile.
#[derive(Clone)]
pub struct Plan<'a> {
    pub compiler: &'a dyn Compiler,
    pub level: Level,
    pub cpu: CpuFeatures,
    pub options: Options,
    pub profile: &'a [FunctionProfile],
}

impl<'a> Plan<'a> {
    pub fn of(compiler: &'a dyn Compiler, level: Level) -> Self {
        let (cpu, options) = (CpuFeatures::detect(), Options::default());
        Self { compiler, level, cpu, options, profile: &[] }
    }
}

/// An installed module.
pub struct Image {
    base: usize,
    next: usize,
    symbols: HashMap<String, usize>,
    /// What the compiler would not compile: the built-in one did it, as on a machine.
    pub refused: Vec<CompileError>,
}

impl Image {
    /// Compiles and installs all functions of a module.
    pub fn load(module: &Module, plan: &Plan<'_>) -> Self {
        Self::load_with(module, plan, &[])
    }

    /// The same with functions that stand for those of the C library.
    pub fn load_with(module: &Module, plan: &Plan<'_>, given: &[(&str, usize)]) -> Self {
        let mut image = Self::empty();
        for (name, target) in given {
            let stub = image.stub(*target);
            image.symbols.insert((*name).into(), stub);
        }
        let builtin = Cranelift::new();
        let mut objects = Vec::new();
        for id in module.func_ids() {
            if module.func(id).is_declaration() {
                continue;
            }
            let request = request(module, id, Entry::Call, plan);
            match plan.compiler.compile(&request) {
                Ok(object) => objects.push(object),
                Err(error) => {
                    objects.extend(builtin.compile(&request));
                    image.refused.push(error);
                }
            }
        }
        for global in &module.globals {
            let size = layout::alloc_size(&module.types, global.ty) as usize;
            // What a compiler may rely on, and no more: a linker that gave more would hide its faults.
            let align = layout::variable_align(module, global) as usize;
            if global.init.is_some() {
                let at = image.take(size.max(1), align);
                image.symbols.insert(global.name.clone(), at);
            }
        }
        let mut places = Vec::new();
        for object in &objects {
            places.push(image.place(object));
        }
        for global in &module.globals {
            let Some(init) = global.init else { continue };
            let data = data::lower(module, init).expect("a relocatable variable");
            let at = image.symbols[&global.name];
            image.write(at, &data.bytes);
            for reloc in &data.relocs {
                let name = |symbol: &Symbol| match symbol {
                    Symbol::Func(id) => module.func(*id).name.clone(),
                    Symbol::Global(id) => module.global(*id).name.clone(),
                    Symbol::Alias(_) => panic!("an alias"),
                };
                let plus = image.find(&name(&reloc.plus)) as i64;
                let minus = reloc.minus.as_ref().map_or(0, |minus| image.find(&name(minus)) as i64);
                let value = plus - minus + reloc.addend;
                let place = at + reloc.offset as usize;
                image.write(place, &value.to_le_bytes()[..reloc.size as usize]);
            }
        }
        for (object, at) in objects.iter().zip(places) {
            image.relocate(object, at);
        }
        image
    }

    fn empty() -> Self {
        let protection = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a fresh anonymous mapping.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), SIZE, protection, flags, -1, 0) };
        assert_ne!(base, libc::MAP_FAILED);
        let base = base as usize;
        let mut image = Self { base, next: base, symbols: HashMap::new(), refused: Vec::new() };
        let side = image.take(1 << 20, 4096);
        let words = image.take(16, 16);
        image.write(words, &(side + (1 << 20)).to_le_bytes());
        image.write(words + 8, &side.to_le_bytes());
        // `movabs rax, words; ret`.
        let ask = image.take(16, 16);
        image.write(ask, &[0x48, 0xb8]);
        image.write(ask + 2, &words.to_le_bytes());
        image.write(ask + 10, &[0xc3]);
        image.symbols.insert(THREAD.into(), ask);
        image
    }

    /// Installs one more object.
    pub fn add(&mut self, object: &Object) -> usize {
        let text = self.put(object);
        self.relocate(object, (text.0, text.1));
        text.0
    }

    fn place(&mut self, object: &Object) -> (usize, usize) {
        let places = self.put(object);
        self.symbols.insert(object.symbol.clone(), places.0);
        places
    }

    fn put(&mut self, object: &Object) -> (usize, usize) {
        let text = self.take(object.text.len(), object.text_align as usize);
        let consts = self.take(object.consts.len(), object.consts_align as usize);
        self.write(text, &object.text);
        self.write(consts, &object.consts);
        (text, consts)
    }

    fn relocate(&mut self, object: &Object, (text, consts): (usize, usize)) {
        for reloc in &object.relocs {
            let place = reloc.offset as usize
                + match reloc.section {
                    Section::Text => text,
                    Section::Consts => consts,
                };
            let target = match &reloc.target {
                Target::Symbol(name) => self.find(name),
                Target::Consts => consts,
                Target::Text => text,
            };
            let target = if reloc.kind == RelocKind::GotPc32 {
                let slot = self.take(8, 8);
                self.write(slot, &target.to_le_bytes());
                slot
            } else {
                target
            };
            let value = target as i64 + reloc.addend;
            if reloc.kind == RelocKind::Abs64 {
                self.write(place, &value.to_le_bytes());
            } else {
                let distance = i32::try_from(value - place as i64).expect("within reach");
                self.write(place, &distance.to_le_bytes());
            }
        }
    }

    fn take(&mut self, size: usize, align: usize) -> usize {
        let at = self.next.next_multiple_of(align.max(1));
        self.next = at + size;
        assert!(self.next <= self.base + SIZE, "the image is full");
        at
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        assert!(at >= self.base && at + bytes.len() <= self.base + SIZE);
        // SAFETY: the range lies in the mapping, and nothing else refers to it.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), at as *mut u8, bytes.len()) };
    }

    /// The address of a symbol: of the image, or a stub that leads out of it.
    fn find(&mut self, name: &str) -> usize {
        if let Some(at) = self.symbols.get(name) {
            return *at;
        }
        if name.starts_with(COUNTER_PREFIX) {
            let at = self.take(16, 16);
            self.write(at, &i64::MAX.to_le_bytes());
            self.symbols.insert(name.into(), at);
            return at;
        }
        if name.starts_with("_R") || name == "bf_abort" {
            // What only panics need.
            let trap = self.take(16, 16);
            self.write(trap, &[0x0f, 0x0b]);
            self.symbols.insert(name.into(), trap);
            return trap;
        }
        let target = match name {
            HOT => hot as *const () as usize,
            _ => outside(name).unwrap_or_else(|| panic!("no {name}; refused: {:?}", self.refused)),
        };
        let stub = self.stub(target);
        self.symbols.insert(name.into(), stub);
        stub
    }

    /// `movabs rax, target; jmp rax`.
    fn stub(&mut self, target: usize) -> usize {
        let stub = self.take(16, 16);
        self.write(stub, &[0x48, 0xb8]);
        self.write(stub + 2, &target.to_le_bytes());
        self.write(stub + 10, &[0xff, 0xe0]);
        stub
    }

    /// Sets the counter of an instrumented function.
    pub fn set_counter(&mut self, function: &str, value: i64) {
        let at = self.find(&format!("{COUNTER_PREFIX}{function}"));
        self.write(at, &value.to_le_bytes());
    }

    /// Calls that an instrumented function has counted.
    pub fn calls_counted(&mut self, function: &str) -> u64 {
        let at = self.find(&format!("{COUNTER_PREFIX}{function}"));
        // SAFETY: the second word of its counter.
        unsafe { (at as *const u64).add(1).read_volatile() }
    }

    /// The address of a function or variable of the module.
    pub fn address(&self, name: &str) -> usize {
        *self
            .symbols
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not in the image: {:?}", self.refused))
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: the mapping is the image's own.
        unsafe { libc::munmap(self.base as *mut libc::c_void, SIZE) };
    }
}

/// A request for one function.
pub fn request<'a>(
    module: &'a Module,
    func: FuncId,
    entry: Entry,
    plan: &'a Plan<'_>,
) -> Request<'a> {
    Request {
        module,
        func,
        level: plan.level,
        entry,
        profile: plan.profile,
        cpu: plan.cpu,
        options: &plan.options,
    }
}

/// Calls of [`HOT`], and the counter it was called with.
pub static HOT_CALLS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

extern "C" fn hot(counter: *mut i64) {
    HOT_CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    // SAFETY: instrumented code passes its counter.
    unsafe { counter.write(i64::MAX) };
}

macro_rules! support {
    ($name:ident: $($known:ident)*) => {
        unsafe extern "C" { $(fn $known();)* }
        /// A function of the compiler support library, which `dlsym` does not find.
        fn $name(name: &str) -> Option<usize> {
            match name {
                $(stringify!($known) => Some($known as *const () as usize),)*
                _ => None,
            }
        }
    };
}

support!(support: __udivti3 __umodti3 __divti3 __modti3 __fixdfti __fixsfti __fixunsdfti
    __fixunssfti __floattidf __floattisf __floatuntidf __floatuntisf __powisf2 __powidf2);

fn outside(name: &str) -> Option<usize> {
    if let Some(address) = support(name) {
        return Some(address);
    }
    let c_name = std::ffi::CString::new(name).ok()?;
    // SAFETY: looks a name up in the libraries of the process, and the mathematical one.
    let address = unsafe {
        libc::dlopen(c"libm.so.6".as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL);
        libc::dlsym(libc::RTLD_DEFAULT, c_name.as_ptr())
    };
    (!address.is_null()).then_some(address as usize)
}
