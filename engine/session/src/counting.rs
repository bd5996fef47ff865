//! The processor's counters, or why there are none.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_platform::{Counters, EVENTS, NoCounters, Platform};
use bareflow_profile::{Event, Events};

const _: () = assert!(Event::ALL.len() == EVENTS);

/// The processor's counters, or why there are none; and what its counts are kept under.
pub(crate) struct Counting {
    counters: Result<Counters, NoCounters>,
    cpu: String,
}

impl Counting {
    /// Of the processor that calls, the first.
    pub(crate) fn begin(platform: &dyn Platform) -> Self {
        Self { counters: platform.counters(), cpu: cpu_brand() }
    }

    /// The processor's brand.
    pub(crate) fn cpu(&self) -> &str {
        &self.cpu
    }

    /// Where they are read.
    pub(crate) fn counters(&self) -> Counters {
        self.counters.as_ref().map_or([None; EVENTS], |counters| *counters)
    }

    /// Which events are counted, a bit each.
    fn counted(&self) -> u8 {
        let bits = self.counters().into_iter().enumerate();
        bits.fold(0, |set, (at, counter)| set | u8::from(counter.is_some()) << at)
    }

    /// No calls yet, on this processor; `None` where nothing is counted.
    pub(crate) fn nothing(&self) -> Option<Events> {
        let counted = self.counted();
        (counted != 0).then(|| Events { cpu: self.cpu.clone(), counted, ..Events::default() })
    }

    /// What is counted, for people.
    pub(crate) fn words(&self) -> String {
        match &self.counters {
            Err(why) => alloc::format!("none: {why}"),
            Ok(counters) => {
                let there = Event::ALL.iter().zip(counters).filter(|(_, at)| at.is_some());
                let names: Vec<_> = there.map(|(event, _)| event.name()).collect();
                names.join(",")
            }
        }
    }
}

/// The processor's brand string (CPUID leaves 0x8000_0002 to 4), for people.
fn cpu_brand() -> String {
    use core::arch::x86_64::__cpuid;
    if __cpuid(0x8000_0000).eax < 0x8000_0004 {
        return String::from("x86-64");
    }
    let bytes: Vec<u8> = (0x8000_0002..=0x8000_0004)
        .map(__cpuid)
        .flat_map(|leaf| [leaf.eax, leaf.ebx, leaf.ecx, leaf.edx])
        .flat_map(u32::to_le_bytes)
        .take_while(|byte| *byte != 0)
        .collect();
    String::from(String::from_utf8_lossy(&bytes).trim())
}
