//! Whether KVM runs kernels here: asked of KVM itself, in milliseconds, before QEMU is started.
//!
//! That `/dev/kvm` opens says little. Under some hypervisors KVM interprets every instruction that
//! a guest executes with full privileges, a hundred times slower than QEMU's translation, and its
//! interpreter knows no vector instructions: boot sectors run, a kernel stops at its first SSE
//! instruction ("KVM internal error. Suberror: 1"). So a virtual processor in 64-bit mode, ring 0,
//! is given a few instructions as kernels are made of, and has to answer with their result.

use std::sync::OnceLock;

/// Why KVM cannot be used; `Ok` when it can. Found out once a process.
///
/// # Errors
/// What KVM answered, or that it did not.
pub fn kvm() -> Result<(), &'static str> {
    static ANSWER: OnceLock<Result<(), String>> = OnceLock::new();
    match ANSWER.get_or_init(probe::in_time) {
        Ok(()) => Ok(()),
        Err(why) => Err(why),
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod probe {
    pub fn in_time() -> Result<(), String> {
        Err("only Linux on x86-64 has it".to_owned())
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod probe {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_regs, kvm_segment, kvm_userspace_memory_region};
    use kvm_ioctls::{Kvm, VcpuExit, VcpuFd, VmFd};

    /// Guest memory: code, then page tables of level 4, 3 and 2, a page each.
    #[repr(C, align(4096))]
    struct Memory([[u64; 512]; 4]);

    const PAGE: u64 = 4096;
    const PORT: u16 = 0xf4;
    const RIGHT: u8 = 0x40;

    /// ```text
    /// fninit
    /// mov   eax, 0x3f800000   ; 1.0
    /// movd  xmm0, eax
    /// addps xmm0, xmm0        ; 2.0 is 0x40000000
    /// movd  eax, xmm0
    /// shr   eax, 24
    /// out   0xf4, al
    /// hlt
    /// ```
    const CODE: [u8; 24] = [
        0xdb, 0xe3, 0xb8, 0x00, 0x00, 0x80, 0x3f, 0x66, 0x0f, 0x6e, 0xc0, 0x0f, 0x58, 0xc0, 0x66,
        0x0f, 0x7e, 0xc0, 0xc1, 0xe8, 0x18, 0xe6, 0xf4, 0xf4,
    ];

    /// Asks KVM, for a second at most: a processor that never comes back is left to its thread.
    pub fn in_time() -> Result<(), String> {
        let (sender, receiver) = channel();
        std::thread::spawn(move || sender.send(ask()));
        receiver
            .recv_timeout(Duration::from_secs(1))
            .unwrap_or_else(|_| Err("a virtual processor did not answer in a second".to_owned()))
    }

    fn ask() -> Result<(), String> {
        let kvm = Kvm::new().map_err(|error| format!("/dev/kvm: {error}"))?;
        let failed = |what: &str, error: kvm_ioctls::Error| format!("{what}: {error}");
        let vm = kvm.create_vm().map_err(|e| failed("no virtual machine can be made", e))?;
        // Lives longer than the machine, which is dropped before it.
        let mut memory = Box::new(Memory([[0; 512]; 4]));
        let vm = give(vm, &mut memory).map_err(|e| failed("memory is refused", e))?;
        let mut processor = vm.create_vcpu(0).map_err(|e| failed("no processor can be made", e))?;
        set_up(&kvm, &processor).map_err(|e| failed("64-bit mode is refused", e))?;
        match processor.run() {
            Ok(VcpuExit::IoOut(PORT, [RIGHT])) => Ok(()),
            Ok(VcpuExit::IoOut(..)) => Err("it computes wrongly".to_owned()),
            Ok(VcpuExit::InternalError) => {
                Err("it interprets kernels, and not all of their instructions".to_owned())
            }
            Ok(other) => Err(format!("a virtual processor ended with {other:?}")),
            Err(error) => Err(failed("a virtual processor does not run", error)),
        }
    }

    /// Code at 0, and tables that map the first 2 MiB one to one.
    fn give(vm: VmFd, memory: &mut Memory) -> Result<VmFd, kvm_ioctls::Error> {
        const PRESENT_WRITABLE: u64 = 0b11;
        const LARGE: u64 = 1 << 7;
        let [code, level4, level3, level2] = &mut memory.0;
        for (word, bytes) in code.iter_mut().zip(CODE.chunks_exact(8)) {
            *word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        }
        level4[0] = (2 * PAGE) | PRESENT_WRITABLE;
        level3[0] = (3 * PAGE) | PRESENT_WRITABLE;
        level2[0] = LARGE | PRESENT_WRITABLE;
        let region = kvm_userspace_memory_region {
            slot: 0,
            flags: 0,
            guest_phys_addr: 0,
            memory_size: size_of::<Memory>() as u64,
            userspace_addr: (&raw const memory.0).addr() as u64,
        };
        // SAFETY: the memory is the caller's, of that size, page-aligned, touched by nobody while
        // the machine runs, and outlives it.
        unsafe { vm.set_user_memory_region(region) }?;
        Ok(vm)
    }

    /// 64-bit mode with SSE, ring 0, at address 0.
    fn set_up(kvm: &Kvm, processor: &VcpuFd) -> Result<(), kvm_ioctls::Error> {
        processor.set_cpuid2(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES)?)?;
        let mut system = processor.get_sregs()?;
        let flat = kvm_segment {
            limit: u32::MAX,
            selector: 0x10,
            type_: 3,
            present: 1,
            db: 1,
            s: 1,
            g: 1,
            ..kvm_segment::default()
        };
        system.cs = kvm_segment { selector: 8, type_: 11, db: 0, l: 1, ..flat };
        for segment in [&mut system.ds, &mut system.es, &mut system.ss] {
            *segment = flat;
        }
        system.cr3 = PAGE;
        system.cr4 = 1 << 5 | 1 << 9 | 1 << 10; // PAE, OSFXSR, OSXMMEXCPT
        system.efer = 1 << 8 | 1 << 10; // LME, LMA
        system.cr0 = 1 << 31 | 1 << 5 | 1 << 1 | 1; // PG, NE, MP, PE
        processor.set_sregs(&system)?;
        processor.set_regs(&kvm_regs { rflags: 2, ..kvm_regs::default() })
    }
}
