//! Compiles C, runs it natively and interpreted, and gives both answers.

use std::alloc::Layout;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use bareflow_interp::{Config, HotLoop, Interp, RegFrame, Stack, Trap, World};
use bareflow_ir::layout::alloc_size;
use bareflow_ir::{BlockId, FuncId, Module, Symbol, data};

/// A world in a test process: globals are leaked memory, stubs are addresses that nobody may
/// jump to, and functions that are only declared come from the C library.
pub struct TestWorld {
    pub stack: Stack,
    addresses: HashMap<Symbol, u64>,
    functions: HashMap<u64, FuncId>,
    redirected: RefCell<HashMap<Symbol, u64>>,
    /// What was reported hot.
    pub hot_calls: RefCell<Vec<(FuncId, u64)>>,
    pub hot_loops: RefCell<Vec<(FuncId, BlockId, u64)>>,
    pub osr: Cell<Option<u64>>,
}

impl TestWorld {
    pub fn new(module: &Module) -> Self {
        let mut addresses = HashMap::new();
        let mut functions = HashMap::new();
        for id in module.func_ids() {
            let func = module.func(id);
            if func.is_declaration() {
                let name = CString::new(func.name.as_str()).unwrap();
                // SAFETY: the name ends in a NUL.
                let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
                if !found.is_null() {
                    addresses.insert(Symbol::Func(id), found as u64);
                }
            } else {
                let stub = Box::leak(Box::new([0xccu8; 16])).as_ptr() as u64;
                addresses.insert(Symbol::Func(id), stub);
                functions.insert(stub, id);
            }
        }
        let ids = || (0..module.globals.len()).map(bareflow_ir::GlobalId::new);
        for id in ids() {
            let global = module.global(id);
            if global.init.is_none() {
                continue;
            }
            let size = alloc_size(&module.types, global.ty).max(1) as usize;
            let align = (global.align as usize).max(64);
            // SAFETY: the size is not zero.
            let at =
                unsafe { std::alloc::alloc_zeroed(Layout::from_size_align(size, align).unwrap()) };
            addresses.insert(Symbol::Global(id), at as u64);
        }
        let world = Self {
            stack: Stack::new(8 << 20),
            addresses,
            functions,
            redirected: RefCell::default(),
            hot_calls: RefCell::default(),
            hot_loops: RefCell::default(),
            osr: Cell::new(None),
        };
        for id in ids() {
            let Some(init) = module.global(id).init else { continue };
            let data = data::lower(module, init).unwrap();
            let at = world.addresses[&Symbol::Global(id)] as *mut u8;
            // SAFETY: the memory has the size of the type.
            unsafe { at.copy_from(data.bytes.as_ptr(), data.bytes.len()) };
            for reloc in &data.relocs {
                let of = |symbol: Symbol| world.addresses[&symbol];
                let value = of(reloc.plus)
                    .wrapping_sub(reloc.minus.map_or(0, of))
                    .wrapping_add(reloc.addend as u64);
                // SAFETY: relocations lie within the data.
                unsafe {
                    let to = at.add(reloc.offset as usize);
                    to.copy_from(value.to_le_bytes().as_ptr(), reloc.size as usize);
                }
            }
        }
        world
    }
}

impl TestWorld {
    /// The same world as another processor sees it.
    pub fn beside(&self) -> Self {
        Self {
            stack: Stack::new(8 << 20),
            addresses: self.addresses.clone(),
            functions: self.functions.clone(),
            redirected: self.redirected.clone(),
            hot_calls: RefCell::default(),
            hot_loops: RefCell::default(),
            osr: self.osr.clone(),
        }
    }

    /// From now on the address of a function is another one.
    pub fn redirect(&self, func: FuncId, address: u64) {
        self.redirected.borrow_mut().insert(Symbol::Func(func), address);
    }
}

impl World for TestWorld {
    fn stack(&self) -> &Stack {
        &self.stack
    }

    fn address(&self, symbol: Symbol) -> Option<u64> {
        let redirected = self.redirected.borrow().get(&symbol).copied();
        redirected.or_else(|| self.addresses.get(&symbol).copied())
    }

    fn function_at(&self, address: u64) -> Option<FuncId> {
        self.functions.get(&address).copied()
    }

    unsafe fn call_native(&self, address: u64, regs: &mut RegFrame, stack: &[u64]) {
        // SAFETY: the caller's.
        unsafe { call_native(address, regs, stack) }
    }

    fn hot_call(&self, func: FuncId, calls: u64) -> u64 {
        self.hot_calls.borrow_mut().push((func, calls));
        calls * 10
    }

    fn hot_loop(&self, func: FuncId, header: BlockId, back_edges: u64) -> HotLoop {
        self.hot_loops.borrow_mut().push((func, header, back_edges));
        HotLoop { entry: self.osr.get(), ask_at: back_edges * 10 }
    }

    fn trap(&self, trap: Trap) -> ! {
        panic!("{trap}")
    }
}

/// Calls machine code by the C calling convention.
///
/// # Safety
/// It follows the convention, and the arguments are right.
unsafe fn call_native(address: u64, regs: &mut RegFrame, stack: &[u64]) {
    // SAFETY: all registers that a callee may change are declared as such.
    unsafe {
        core::arch::asm!(
            "push rbx",
            "push r12",
            "mov r12, rsp",
            "mov rbx, rdi",
            "and rsp, -16",
            "lea rax, [rcx * 8]",
            "sub rsp, rax",
            "and rsp, -16",
            "cld",
            "mov rdi, rsp",
            "rep movsq",
            "mov r11, rdx",
            "movups xmm0, [rbx + 48]",
            "movups xmm1, [rbx + 64]",
            "movups xmm2, [rbx + 80]",
            "movups xmm3, [rbx + 96]",
            "movups xmm4, [rbx + 112]",
            "movups xmm5, [rbx + 128]",
            "movups xmm6, [rbx + 144]",
            "movups xmm7, [rbx + 160]",
            "mov rdi, [rbx]",
            "mov rsi, [rbx + 8]",
            "mov rdx, [rbx + 16]",
            "mov rcx, [rbx + 24]",
            "mov r8, [rbx + 32]",
            "mov r9, [rbx + 40]",
            "mov eax, 8",
            "call r11",
            "mov [rbx], rax",
            "mov [rbx + 8], rdx",
            "movups [rbx + 48], xmm0",
            "movups [rbx + 64], xmm1",
            "mov rsp, r12",
            "pop r12",
            "pop rbx",
            in("rdx") address,
            in("rdi") &raw mut *regs,
            in("rsi") stack.as_ptr(),
            in("rcx") stack.len(),
            clobber_abi("C"),
        );
    }
}

/// A program compiled both ways.
pub struct Program {
    pub module: Arc<Module>,
    pub world: TestWorld,
    pub interp: Interp,
    library: *mut libc::c_void,
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{words}");
}

/// The shared library of a C file, compiled and opened once.
fn native_twin(source: &Path) -> *mut libc::c_void {
    static OPEN: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());
    let mut open = OPEN.lock().unwrap();
    if let Some(library) = open.get(source) {
        return *library as *mut libc::c_void;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.so");
    let mut clang = Command::new("clang-22");
    clang.args(["-w", "-std=gnu17", "-fno-exceptions", "-ffp-contract=off", "-O1"]);
    run(clang.args(["-shared", "-fPIC", "-o"]).arg(&path).arg(source).args(["-lm", "-lgcc"]));
    // What programs call of the C library: some of it lies in a library of its own.
    // SAFETY: the name ends in a NUL.
    unsafe { libc::dlopen(c"libm.so.6".as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
    let name = CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: the name ends in a NUL; the library is our own.
    let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
    if library.is_null() {
        // SAFETY: dlopen has failed, so there is a message.
        panic!("{:?}", unsafe { std::ffi::CStr::from_ptr(libc::dlerror()) });
    }
    open.insert(source.to_path_buf(), library as usize);
    library
}

impl Program {
    /// Compiles a C file; `level` is that of the bitcode.
    pub fn compile(source: &Path, level: &str, config: Config) -> Self {
        // First, since functions of libgcc come with it.
        let library = native_twin(source);
        Self { library, ..Self::compile_only(source, level, config) }
    }

    /// The function of this name.
    pub fn func(&self, name: &str) -> FuncId {
        match self.module.symbol(name) {
            Some(Symbol::Func(id)) => id,
            _ => panic!("no function {name}"),
        }
    }

    /// The same without the native twin.
    pub fn compile_only(source: &Path, level: &str, config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bitcode = folder.path().join("p.bc");
        let mut clang = Command::new("clang-22");
        clang.args(["-w", "-std=gnu17", "-fno-exceptions", "-ffp-contract=off"]);
        clang.args(["-fno-builtin-memcpy", level, "-c", "-emit-llvm", "-o"]);
        run(clang.arg(&bitcode).arg(source));
        let module = bareflow_bitcode::read(&std::fs::read(&bitcode).unwrap());
        let module = Arc::new(module.unwrap_or_else(|why| panic!("{why}")));
        Self {
            world: TestWorld::new(&module),
            interp: Interp::new(module.clone(), config),
            module,
            library: std::ptr::null_mut(),
        }
    }

    /// The answer of `uint64_t name(uint64_t)` interpreted.
    pub fn interpreted(&self, name: &str, arg: u64) -> Result<u64, Trap> {
        Ok(self.interp.call(&self.world, self.func(name), &[arg])?[0])
    }

    /// The native function.
    pub fn native(&self, name: &str) -> extern "C" fn(u64) -> u64 {
        let symbol = CString::new(name).unwrap();
        // SAFETY: the name ends in a NUL.
        let found = unsafe { libc::dlsym(self.library, symbol.as_ptr()) };
        assert!(!found.is_null(), "no native function {name}");
        // SAFETY: tests name functions of this type only.
        unsafe { core::mem::transmute(found) }
    }

    /// Names of the functions `uint64_t test_...(uint64_t)`.
    pub fn tests(&self) -> Vec<String> {
        let names = self.module.funcs.iter().filter(|func| !func.is_declaration());
        names.map(|func| func.name.clone()).filter(|name| name.starts_with("test_")).collect()
    }
}

/// The C programs of the tests.
pub fn sources() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut list: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    list.retain(|path| path.extension().is_some_and(|end| end == "c"));
    list.sort();
    list
}
